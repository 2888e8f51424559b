'use strict';
// The charts, as SVG. Each takes plain data and returns a figure; every mark can be reached by keyboard (page.reachable).
const charts = (() => {
  const WIDTH = 1100;

  // Colour and pattern of what is shown; the pattern tells apart what shares a colour, and all of it in grey.
  const LOOKS = {
    'host': [0, 0], 'ram': [2, 0], 'bus': [4, 2], 'noc': [1, 0], 'dma': [1, 1], 'tile dac': [4, 0], 'tile crossbar': [5, 0],
    'tile adc': [3, 0], 'tile nmpu': [7, 0], 'tile sram': [2, 1], 'tile control': [6, 2], 'tile leakage': [6, 0]
  };
  function look(name) {
    const known = LOOKS[name.replace(/^tiles_/, 'tile ')];
    if (known) return known;
    let hash = 0;
    for (const c of name) hash = (31 * hash + c.charCodeAt(0)) >>> 0;
    return [hash % 8, 1 + (hash >>> 8) % 3];
  }
  const colour = name => 'var(--c' + look(name)[0] + ')';
  const PATTERNS = [null, 'M-1,1 l2,-2 M0,8 l8,-8 M7,9 l2,-2', 'M0,4 h8', 'M4,0 v8'];

  // Patterns live in one place of the page; charts refer to them.
  (function addPatterns() {
    const defs = d3.select(document.body).append('svg').attr({width: 0, height: 0, 'aria-hidden': 'true'})
      .style({position: 'absolute'}).append('defs');
    PATTERNS.forEach((path, i) => {
      if (!path) return;
      defs.append('pattern').attr({id: 'pattern' + i, width: 8, height: 8, patternUnits: 'userSpaceOnUse'})
        .append('path').attr('d', path).style({stroke: 'var(--card)', 'stroke-width': 1.6, fill: 'none', opacity: 0.85});
    });
  })();

  // Puts a pattern over a shape where its look has one.
  function overlay(parent, name, draw) {
    const pattern = look(name)[1];
    if (pattern) draw(parent).style('fill', 'url(#pattern' + pattern + ')').style('pointer-events', 'none');
  }

  function figure(label, height, width) {
    const node = page.element('figure');
    const svg = d3.select(node).append('svg')
      .attr({viewBox: '0 0 ' + (width || WIDTH) + ' ' + height, role: 'group', 'aria-label': label});
    return {node, svg};
  }

  function legend(entries) {
    const list = page.element('ul', {class: 'legend'});
    for (const entry of entries) {
      const item = page.element('li');
      const svg = d3.select(item).append('svg').attr({viewBox: '0 0 16 14', 'aria-hidden': 'true'});
      if (entry.line) {
        svg.append('line').attr({x1: 0, x2: 16, y1: 7, y2: 7}).style({stroke: entry.fill, 'stroke-width': 2.5, 'stroke-dasharray': entry.dash || null});
      } else {
        svg.append('rect').attr({x: 1, y: 1, width: 14, height: 12, rx: 2}).style({fill: entry.fill, stroke: entry.stroke || 'none', opacity: entry.opacity || 1});
        if (entry.name) overlay(svg, entry.name, s => s.append('rect').attr({x: 1, y: 1, width: 14, height: 12}));
      }
      item.append(entry.text);
      list.append(item);
    }
    return list;
  }

  const CIVIDIS = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];
  const heat = d3.scale.linear().domain(CIVIDIS.map((_, i) => i / (CIVIDIS.length - 1))).range(CIVIDIS).clamp(true);
  const heatText = share => share > 0.55 ? '#111111' : '#ffffff';

  function siAxis(scale, orient, unit, ticks, grid) {
    return d3.svg.axis().scale(scale).orient(orient).ticks(ticks).tickSize(grid ? -grid : 0).tickPadding(6)
      .tickFormat(v => page.si(v, unit));
  }

  // Horizontal bars of segments: rows [{name, total, segments: [{name, value, text}]}].
  function stackedBars(label, rows, unit) {
    const left = 130, right = 150, step = 34, top = 4;
    const height = top + step * rows.length + 30;
    const {node, svg} = figure(label, height);
    const x = d3.scale.linear().domain([0, d3.max(rows, r => r.total) || 1]).range([left, WIDTH - right]).nice(5);
    svg.append('g').attr({class: 'axis', transform: 'translate(0,' + (height - 24) + ')'}).call(siAxis(x, 'bottom', unit, 5, height - 24 - top));
    const all = d3.sum(rows, r => r.total) || 1;
    const row = svg.selectAll('g.row').data(rows).enter().append('g').attr('class', 'row')
      .attr('transform', (d, i) => 'translate(0,' + (top + i * step) + ')');
    row.append('text').attr({x: left - 10, y: 20, 'text-anchor': 'end'}).text(d => d.name);
    row.each(function (d) {
      let at = 0;
      const g = d3.select(this);
      d.segments.forEach((segment, i) => {
        const from = x(at), to = x(at + segment.value);
        at += segment.value;
        const mark = g.append('g').datum(segment).attr('class', 'segment');
        const box = {x: from, y: 4, width: Math.max(to - from, segment.value > 0 ? 0.75 : 0), height: step - 10};
        mark.append('rect').attr('class', 'face').attr(box)
          .style({fill: colour(d.name), stroke: 'var(--card)', 'stroke-width': 1, 'fill-opacity': 1 - 0.55 * Math.min(i, 5) / 5});
        overlay(mark, d.name, s => s.append('rect').attr(box));
        if (to - from > 7.2 * segment.name.length + 12) {
          // A plate behind the text keeps it readable on every colour.
          mark.append('rect').attr({x: from + 5, y: 8, width: 6.7 * segment.name.length + 8, height: step - 18, rx: 3})
            .style({fill: 'var(--card)', opacity: 0.86, 'pointer-events': 'none'});
          mark.append('text').attr({x: from + 9, y: 20, class: 'small'}).style('pointer-events', 'none').text(segment.name);
        }
      });
      g.append('text').attr({x: x(at) + 8, y: 20}).text(page.si(d.total, unit) + '  (' + page.percent(d.total / all) + ')');
    });
    page.reachable(svg.selectAll('g.segment'), d => d.text);
    return node;
  }

  // Means over equal bins, stacked: series {bin_s, tracks, values}, first track at the bottom.
  function stackedAreas(label, series, unit) {
    const left = 78, right = 14, top = 10, height = 300, bottom = height - 34;
    const {node, svg} = figure(label, height);
    const bins = series.values.length ? series.values[0].length : 0;
    const end = bins * series.bin_s;
    const totals = d3.range(bins).map(b => d3.sum(series.values, v => v[b]));
    const x = d3.scale.linear().domain([0, end]).range([left, WIDTH - right]);
    const time = d3.scale.linear().domain([series.begin_s, series.begin_s + end]).range(x.range());
    const y = d3.scale.linear().domain([0, d3.max(totals) || 1]).range([bottom, top]).nice(4);
    svg.append('g').attr({class: 'axis', transform: 'translate(' + left + ',0)'}).call(siAxis(y, 'left', unit, 5, WIDTH - left - right));
    svg.append('g').attr({class: 'axis', transform: 'translate(0,' + bottom + ')'}).call(siAxis(time, 'bottom', 's', 8));
    const base = d3.range(bins).map(() => 0);
    series.tracks.forEach((track, t) => {
      let path = '', back = '';
      for (let b = 0; b < bins; ++b) {
        const low = base[b], high = base[b] += series.values[t][b];
        path += (b ? 'L' : 'M') + x(b * series.bin_s).toFixed(1) + ',' + y(high).toFixed(1) + 'H' + x((b + 1) * series.bin_s).toFixed(1);
        back = 'L' + x((b + 1) * series.bin_s).toFixed(1) + ',' + y(low).toFixed(1) + 'H' + x(b * series.bin_s).toFixed(1) + back;
      }
      const shape = s => s.append('path').attr('d', path + back + 'Z');
      shape(svg).style({fill: colour(track), stroke: 'var(--card)', 'stroke-width': 0.4});
      overlay(svg, track, shape);
    });
    const slices = Math.min(bins, 60), per = bins / slices;
    const data = d3.range(slices).map(s => {
      const from = Math.round(s * per), to = Math.max(from + 1, Math.round((s + 1) * per));
      const means = series.tracks.map((track, t) => ({track, value: d3.mean(series.values[t].slice(from, to))}));
      return {from, to, total: d3.sum(means, m => m.value), means: means.filter(m => m.value > 0).sort((a, b) => b.value - a.value)};
    });
    const slice = svg.selectAll('rect.slice').data(data).enter().append('rect')
      .attr({class: 'slice face', x: d => x(d.from * series.bin_s), y: top, height: bottom - top, width: d => x(d.to * series.bin_s) - x(d.from * series.bin_s)})
      .style({fill: 'transparent'});
    page.reachable(slice, d => page.si(series.begin_s + d.from * series.bin_s, 's') + ' to ' + page.si(series.begin_s + d.to * series.bin_s, 's') + ': ' + page.si(d.total, unit) +
      d.means.slice(0, 6).map(m => '\n' + trackName(m.track) + ' ' + page.si(m.value, unit)).join(''));
    return node;
  }

  const trackName = track => track.replace(/^tiles_/, 'tile ').replace(/^tile(\d+)/, 'tile $1').replace('/', ' ');

  function stepPath(values, x, y, bin) {
    let path = 'M' + x(0).toFixed(1) + ',' + y(0).toFixed(1);
    values.forEach((v, b) => { path += 'V' + y(v).toFixed(1) + 'H' + x((b + 1) * bin).toFixed(1); });
    return path + 'V' + y(0).toFixed(1) + 'Z';
  }

  // The same as a line, where there is anything.
  function stepLine(values, x, y, bin) {
    let path = '', drawing = false;
    values.forEach((v, b) => {
      if (v > 0) path += (drawing ? 'V' + y(v).toFixed(1) : 'M' + x(b * bin).toFixed(1) + ',' + y(v).toFixed(1)) + 'H' + x((b + 1) * bin).toFixed(1);
      drawing = v > 0;
    });
    return path || 'M0,0';
  }

  // A row a unit, height is the busy share of a bin. rows: [{name, layers: [{fill, values, line}], text}], series: their bins
  function strips(label, rows, series) {
    const bin = series.bin_s, bins = series.values[0].length;
    const left = 92, right = 14, top = 4;
    const step = rows.length > 40 ? 18 : 30;
    const height = top + rows.length * step + 28;
    const {node, svg} = figure(label, height);
    const x = d3.scale.linear().domain([0, bins * bin]).range([left, WIDTH - right]);
    const time = d3.scale.linear().domain([series.begin_s, series.begin_s + bins * bin]).range(x.range());
    svg.append('g').attr({class: 'axis', transform: 'translate(0,' + (height - 24) + ')'}).call(siAxis(time, 'bottom', 's', 8, height - 24 - top));
    const row = svg.selectAll('g.strip').data(rows).enter().append('g').attr('class', 'strip')
      .attr('transform', (d, i) => 'translate(0,' + (top + i * step) + ')');
    row.append('rect').attr({class: 'face', x: left, y: 2, width: WIDTH - left - right, height: step - 5})
      .style({fill: 'transparent', stroke: 'var(--grid)'});
    row.append('text').attr({x: left - 8, y: step / 2 + 4, 'text-anchor': 'end', class: 'small'}).text(d => d.name);
    const y = d3.scale.linear().domain([0, 1]).range([step - 3, 2]).clamp(true);
    row.each(function (d) {
      for (const layer of d.layers) {
        const path = d3.select(this).append('path').attr('d', stepPath(layer.values, x, y, bin)).style('pointer-events', 'none');
        if (layer.line) path.attr('d', stepLine(layer.values, x, y, bin)).style({fill: 'none', stroke: layer.fill, 'stroke-width': 1.4});
        else path.style({fill: layer.fill, opacity: layer.opacity || 1});
      }
    });
    page.reachable(row, d => d.text);
    return node;
  }

  // Bars with a label, one measure: rows [{name, value, text}].
  function bars(label, title, rows, unit, fill) {
    const width = 540, left = 150, right = 90, step = 26, top = 26;
    const {node, svg} = figure(label, top + step * rows.length + 6, width);
    svg.append('text').attr({x: 0, y: 14, class: 'soft'}).text(title);
    const x = d3.scale.linear().domain([0, d3.max(rows, r => r.value) || 1]).range([0, width - left - right]);
    const row = svg.selectAll('g.bar').data(rows).enter().append('g').attr('class', 'bar')
      .attr('transform', (d, i) => 'translate(0,' + (top + i * step) + ')');
    row.append('text').attr({x: left - 8, y: 16, 'text-anchor': 'end'})
      .text(d => d.name.length > 22 ? '…' + d.name.slice(-21) : d.name);
    row.append('rect').attr({class: 'face', x: left, y: 3, height: step - 8, width: d => Math.max(1, x(d.value)), rx: 2}).style({fill});
    row.append('text').attr({x: d => left + x(d.value) + 6, y: 16}).text(d => page.si(d.value, unit));
    page.reachable(row, d => d.text);
    return node;
  }

  // Tiles in their places and the links between them.
  function mesh(label, m) {
    const nodes = m.nodes, gap = m.width > 16 ? 0.42 : 0.62;
    // Links around the edges of a torus leave on one side: there has to be room for them.
    const around = m.links.some(l => Math.abs(l.a[0] - l.b[0]) > 1 || Math.abs(l.a[1] - l.b[1]) > 1);
    const away = around ? 2.05 : 1.05;
    const cell = Math.min(70, 1060 / ((m.width + away + around) * (1 + gap)));
    const pitch = cell * (1 + gap), left = (away + 0.45) * pitch, top = around ? 0.7 * pitch : 14;
    const height = top + (m.height + (around ? 0.5 : 0)) * pitch + 8;
    const width = Math.ceil(left + (m.width + (around ? 0.5 : 0)) * pitch);
    const {node, svg} = figure(label, height, width);
    svg.style('width', width + 'px');
    node.classList.add('mesh');
    const cx = x => left + x * pitch + cell / 2, cy = y => top + y * pitch + cell / 2;
    const most = d3.max(m.tiles, t => t.value) || 1, mostLink = d3.max(m.links, l => l.value) || 1;
    const centre = (at, name) => nodes[name] ? [cx(0) - pitch * away, cy(nodes[name].y) + (nodes[name].offset || 0) * cell] : [cx(at[0]), cy(at[1])];
    const link = svg.selectAll('g.link').data(m.links).enter().append('g').attr('class', 'link');
    link.each(function (d) {
      const a = centre(d.a, d.from), b = centre(d.b, d.to);
      // A torus' link around the edge leaves the mesh on the side where it goes; its other end is told in its text.
      if (Math.abs(d.b[0] - d.a[0]) > 1) b[0] = a[0] + Math.sign(a[0] - b[0]) * pitch;
      if (Math.abs(d.b[1] - d.a[1]) > 1) b[1] = a[1] + Math.sign(a[1] - b[1]) * pitch;
      const dx = b[0] - a[0], dy = b[1] - a[1], length = Math.hypot(dx, dy) || 1;
      const ux = dx / length, uy = dy / length;
      const shift = cell * 0.17;  // to the right of the direction of travel, so that both directions show
      const start = cell / 2 + 1, end = length - cell / 2 - 1;
      const thick = Math.max(1.5, cell * (0.05 + 0.17 * d.value / mostLink));
      const px = -uy * shift, py = ux * shift, head = Math.min((end - start) * 0.6, thick * 1.2 + 3);
      const at = (along, across) => (a[0] + ux * along + px - uy * across).toFixed(1) + ',' + (a[1] + uy * along + py + ux * across).toFixed(1);
      const h = thick / 2, w = h + 2;
      d3.select(this).append('path').attr('class', 'face')
        .attr('d', 'M' + at(start, -h) + 'L' + at(end - head, -h) + 'L' + at(end - head, -w) + 'L' + at(end, 0) + 'L' + at(end - head, w) + 'L' + at(end - head, h) + 'L' + at(start, h) + 'Z')
        .style({fill: heat(d.value / mostLink), stroke: 'var(--soft)', 'stroke-width': 0.7});
    });
    // Routers without a tile of their own.
    const taken = new Set(m.tiles.map(t => t.x + ',' + t.y));
    for (const y of d3.range(m.height)) for (const x of d3.range(m.width)) {
      if (taken.has(x + ',' + y)) continue;
      svg.append('rect').attr({x: cx(x) - cell / 2, y: cy(y) - cell / 2, width: cell, height: cell, rx: cell / 10})
        .style({fill: 'none', stroke: 'var(--line)', 'stroke-dasharray': '2 3'});
    }
    const tile = svg.selectAll('g.tile').data(m.tiles).enter().append('g').attr('class', 'tile')
      .attr('transform', d => 'translate(' + (cx(d.x) - cell / 2) + ',' + (cy(d.y) - cell / 2) + ')');
    tile.append('rect').attr({class: 'face', width: cell, height: cell, rx: cell / 10})
      .style({fill: d => heat(d.value / most), stroke: 'var(--soft)', 'stroke-width': 1});
    if (cell > 24) {
      tile.append('text').attr({x: cell / 2, y: cell * 0.42, 'text-anchor': 'middle'})
        .style({fill: d => heatText(d.value / most), 'font-size': Math.min(13, cell / 4) + 'px'}).text(d => d.id);
      tile.append('text').attr({x: cell / 2, y: cell * 0.72, 'text-anchor': 'middle'})
        .style({fill: d => heatText(d.value / most), 'font-size': Math.min(12, cell / 4.6) + 'px'}).text(d => page.si(d.value, m.unit).replace('< 0.01', '~0'));
    }
    for (const [name, at] of Object.entries(nodes)) {
      const g = svg.append('g').attr('transform', 'translate(' + (cx(0) - pitch * away - cell / 2) + ',' + (cy(at.y) + (at.offset || 0) * cell - cell / 2) + ')');
      g.append('rect').attr({width: cell, height: cell, rx: cell / 10}).style({fill: 'var(--card)', stroke: 'var(--soft)', 'stroke-dasharray': '4 3'});
      g.append('text').attr({x: cell / 2, y: cell / 2 + 4, 'text-anchor': 'middle'}).style('font-size', Math.min(12, cell / 4) + 'px').text(name);
    }
    page.reachable(tile, d => d.text);
    page.reachable(link, d => d.text);
    const keys = page.element('div', null, heatKey('Tiles: ' + m.title, most, m.unit));
    if (m.links.length) keys.append(heatKey('Links: share of cycles with a flit, whole run (also their width)', mostLink, '%'));
    node.append(keys);
    return node;
  }

  function heatKey(title, most, unit) {
    const {node, svg} = figure(title, 52, 300);
    const n = 40;
    svg.attr('role', 'img');
    svg.append('text').attr({x: 0, y: 12, class: 'soft'}).text(title);
    svg.selectAll('rect').data(d3.range(n)).enter().append('rect')
      .attr({x: d => d * 200 / n, y: 20, width: 200 / n + 0.5, height: 12}).style('fill', d => heat(d / (n - 1)));
    svg.append('text').attr({x: 0, y: 44, class: 'small soft'}).text(page.si(0, unit));
    svg.append('text').attr({x: 200, y: 44, 'text-anchor': 'end', class: 'small soft'}).text(page.si(most, unit));
    return node;
  }

  const SHAPES = {circle: 'circle', square: 'square', diamond: 'diamond', up: 'triangle-up'};

  // Throughput over operations per byte, both logarithmic, with what limits them. points: [{name, x, y, shape, text}],
  // roofs: [{name, level}] flat, slopes: [{name, bytes_per_s}]
  function roofline(label, points, roofs, slopes) {
    const left = 76, right = 10, top = 14, height = 330, width = 540, bottom = height - 44;
    const {node, svg} = figure(label, height, width);
    const peak = d3.max(roofs, r => r.level);
    const xs = points.map(p => p.x).concat(slopes.map(s => peak / s.bytes_per_s));
    const x = d3.scale.log().domain([d3.min(xs) / 6, d3.max(xs) * 6]).range([left, width - right]);
    const y = d3.scale.log().domain([d3.min(points.map(p => p.y).concat(roofs.map(r => r.level))) / 8, peak * 3]).range([bottom, top]);
    const decades = scale => {
      const [low, high] = scale.domain().map(v => Math.log(v) / Math.LN10);
      const step = Math.max(1, Math.ceil((high - low) / 9));
      return d3.range(Math.ceil(low), Math.floor(high) + 1, step).map(e => Math.pow(10, e));
    };
    svg.append('g').attr({class: 'axis', transform: 'translate(' + left + ',0)'})
      .call(siAxis(y, 'left', 'op/s', 5, width - left - right).tickValues(decades(y)));
    svg.append('g').attr({class: 'axis', transform: 'translate(0,' + bottom + ')'})
      .call(siAxis(x, 'bottom', '', 5, bottom - top).tickValues(decades(x)).tickFormat(v => page.si(v, 'op/B')));
    svg.append('text').attr({x: (left + width - right) / 2, y: height - 6, 'text-anchor': 'middle', class: 'soft small'})
      .text('operations per byte carried by the network');
    const [x0, x1] = x.domain();
    slopes.forEach((s, i) => {
      const xe = Math.min(x1, peak / s.bytes_per_s), xb = Math.max(x0, y.domain()[0] / s.bytes_per_s);
      if (xe <= xb) return;
      svg.append('line').attr({x1: x(xb), y1: y(xb * s.bytes_per_s), x2: x(xe), y2: y(xe * s.bytes_per_s)})
        .style({stroke: 'var(--c1)', 'stroke-width': 2, 'stroke-dasharray': i ? '2 4' : '7 4'});
    });
    roofs.forEach((r, i) => {
      svg.append('line').attr({x1: x(Math.max(x0, r.level / d3.max(slopes, s => s.bytes_per_s))), x2: x(x1), y1: y(r.level), y2: y(r.level)})
        .style({stroke: 'var(--c0)', 'stroke-width': 2, 'stroke-dasharray': i ? '2 4' : null});
      svg.append('text').attr({x: width - right, y: y(r.level) - 5, 'text-anchor': 'end', class: 'small halo'}).text(r.name);
    });
    const mark = svg.selectAll('g.point').data(points).enter().append('g').attr('class', 'point')
      .attr('transform', d => 'translate(' + x(d.x) + ',' + y(d.y) + ')');
    mark.append('path').attr('class', 'face').attr('d', d => d3.svg.symbol().type(SHAPES[d.shape]).size(110)())
      .style({fill: 'var(--c3)', stroke: 'var(--mark-line)', 'stroke-width': 1.2});
    // Labels of points that lie close to each other go one below the other.
    const shift = new Map();
    const placed = [];
    for (const p of points.slice().sort((a, b) => b.y - a.y)) {
      let at = y(p.y) + 4;
      const end = x(p.x) > width - 150;
      const from = x(p.x) + (end ? -12 - 6 * p.name.length : 12), to = from + 6 * p.name.length;
      for (const other of placed) if (from < other.to && other.from < to && at < other.at + 13) at = other.at + 13;
      shift.set(p, at - y(p.y));
      placed.push({from, to, at});
    }
    mark.append('text').attr({x: d => x(d.x) > width - 150 ? -12 : 12, y: d => shift.get(d), 'text-anchor': d => x(d.x) > width - 150 ? 'end' : 'start', class: 'small halo'}).text(d => d.name);
    page.reachable(mark, d => d.text);
    node.append(legend([
      ...roofs.map((r, i) => ({line: true, fill: 'var(--c0)', dash: i ? '2 4' : null, text: r.name + ', ' + page.si(r.level, 'op/s')})),
      ...slopes.map((s, i) => ({line: true, fill: 'var(--c1)', dash: i ? '2 4' : '7 4', text: s.name + ', ' + page.si(s.bytes_per_s, 'B/s')}))]));
    return node;
  }

  return {stackedBars, stackedAreas, strips, bars, mesh, roofline, legend, colour, trackName};
})();
