'use strict';
// What all pages share: numbers with SI prefixes, elements, tables, tooltips and keyboard.
const page = (() => {
  const PREFIXES = [[1e18, 'E'], [1e15, 'P'], [1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k'], [1, ''], [1e-3, 'm'], [1e-6, 'µ'],
    [1e-9, 'n'], [1e-12, 'p'], [1e-15, 'f'], [1e-18, 'a']];

  // Up to four significant digits, no trailing zeros.
  function digits(value) {
    if (!isFinite(value)) return 'not a number';
    if (value === 0) return '0';
    return String(Number(value.toPrecision(4)));
  }

  // 1.234e-5 J -> "12.34 µJ"; counts without a unit keep their digits up to 99999; "%" takes a share.
  function si(value, unit) {
    if (value === null || value === undefined || !isFinite(value)) return 'not a number';
    if (unit === '%') return percent(value);
    if (value === 0) return unit ? '0 ' + unit : '0';
    if (!unit) return count(value);
    let size = Math.abs(value);
    size = Number(size.toPrecision(4));
    let [factor, prefix] = PREFIXES[PREFIXES.length - 1];
    for (const [f, p] of PREFIXES) if (size >= f) { [factor, prefix] = [f, p]; break; }
    return digits(value / factor) + ' ' + prefix + unit;
  }

  function count(value) {
    if (Math.abs(value) < 1e15 && Number.isInteger(value)) return value.toLocaleString('en-GB').replace(/,/g, ' ');
    return digits(value);
  }

  function percent(share) {
    const value = 100 * share;
    if (value === 0) return '0 %';
    if (Math.abs(value) < 0.01) return '< 0.01 %';
    return (Math.abs(value) < 1 ? value.toFixed(2) : value.toFixed(1)) + ' %';
  }

  // What a name that the firmware chose says about its unit, by the suffixes of this project's files.
  function unitOf(name) {
    for (const [suffix, unit] of [['_per_s', ''], ['_per_j', ''], ['_s', 's'], ['_j', 'J'], ['_w', 'W'], ['_us', ''], ['_ns', '']]) {
      if (name.endsWith(suffix)) return unit;
    }
    return '';
  }

  // element('p', {class: 'x'}, 'text', child): text always becomes a text node.
  function element(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    for (const child of children) if (child !== null && child !== undefined) node.append(child);
    return node;
  }

  // columns: [{name, text: row => ..., number: true}]
  function table(caption, columns, rows) {
    const head = element('tr', null, ...columns.map(c => element('th', c.number ? {scope: 'col', class: 'num'} : {scope: 'col'}, c.name)));
    const body = rows.map(row => element('tr', row.changed ? {class: 'changed'} : null, ...columns.map((c, i) =>
      element(i === 0 ? 'th' : 'td', i === 0 ? {scope: 'row'} : c.number ? {class: 'num'} : null, String(c.text(row))))));
    return element('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption},
      element('table', null, element('caption', null, caption), element('thead', null, head), element('tbody', null, ...body)));
  }

  // Figures stay on a line with their units.
  const together = text => text.replace(/(\d) (%|[fpnµmkMGTPE]?(?:J|s|W|B|op)\b)/g, '$1\u00a0$2');

  // A choice between views: shows one of them, made by make(view), and calls it again when another is chosen.
  function choice(label, views, make) {
    const place = element('div');
    const show = view => place.replaceChildren(...[make(view)].flat());
    show(views[0]);
    if (views.length === 1) return [place];
    const select = element('select', {'aria-label': label}, ...views.map((view, i) => element('option', {value: String(i)}, view.name)));
    select.addEventListener('change', () => show(views[Number(select.value)]));
    return [element('p', {class: 'choice'}, label + ' ', select), place];
  }

  function details(summary, content, open) {
    const node = element('details', null, element('summary', null, summary), content);
    node.open = !!open;
    return node;
  }

  // A section with its heading; returns it.
  function section(id, title, lead) {
    const node = element('section', {id, 'aria-labelledby': id + '-title'}, element('h2', {id: id + '-title'}, title));
    if (lead) node.append(element('p', {class: 'soft'}, lead));
    document.getElementById('main').append(node);
    document.getElementById('contents').append(element('a', {href: '#' + id}, title));
    return node;
  }

  function notice(text) { return element('p', {class: 'notice'}, text); }

  const tooltip = document.getElementById('tooltip');
  function showTip(text, box) {
    tooltip.textContent = text;
    tooltip.hidden = false;
    const own = tooltip.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left + box.width / 2 - own.width / 2), innerWidth - own.width - 8);
    const above = box.top - own.height - 8;
    tooltip.style.left = left + 'px';
    tooltip.style.top = (above > 4 ? above : Math.min(box.bottom + 8, innerHeight - own.height - 4)) + 'px';
  }
  function hideTip() { tooltip.hidden = true; focused = null; }
  addEventListener('keydown', event => { if (event.key === 'Escape') hideTip(); });
  // A mark that gets the focus may be scrolled into view: its text goes with it. That of the pointer would stay behind.
  let focused = null;
  addEventListener('scroll', () => { if (focused) focused(); else hideTip(); }, {passive: true});

  // Makes the marks of a chart reachable: one stop of the tabulator for the chart, arrows, Home and End within it. Pointer and
  // focus show the same text, which is the mark's name for screen readers, too. text: datum => string
  function reachable(selection, text) {
    const nodes = [];
    selection.each(function (d) {
      const label = text(d);
      this.setAttribute('tabindex', nodes.length === 0 ? '0' : '-1');
      this.setAttribute('role', 'img');
      this.setAttribute('aria-label', label.replace(/\n/g, '; '));
      this.classList.add('mark');
      const at = nodes.push(this) - 1;
      this.addEventListener('focus', () => {
        focused = () => showTip(label, this.getBoundingClientRect());
        focused();
      });
      this.addEventListener('blur', hideTip);
      this.addEventListener('pointerenter', event => showTip(label, {left: event.clientX, width: 0, top: event.clientY - 6, bottom: event.clientY + 12}));
      this.addEventListener('pointerleave', hideTip);
      this.addEventListener('keydown', event => {
        const steps = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -at, End: nodes.length - 1 - at};
        if (!(event.key in steps)) return;
        event.preventDefault();
        const next = nodes[Math.min(nodes.length - 1, Math.max(0, at + steps[event.key]))];
        this.setAttribute('tabindex', '-1');
        next.setAttribute('tabindex', '0');
        next.focus();
      });
    });
  }

  const data = JSON.parse(document.getElementById('data').textContent);
  return {data, si, count, percent, digits, unitOf, element, table, details, section, notice, reachable, together, choice};
})();
