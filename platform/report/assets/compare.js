'use strict';
(() => {
  const {data, si, element, table, details, section, notice} = page;
  const letters = data.folders.map((_, i) => i < 26 ? String.fromCharCode(65 + i) : '#' + (i + 1));
  const ratioText = r => r === null ? '' : r.toPrecision(3).replace(/\.?0+$/, '') + ' ×';

  document.getElementById('top').append(element('h1', null, 'Runs side by side'),
    element('p', {class: 'sub'}, 'Ratios are to run A. Better values, where a measure has a better side, carry a mark.'));

  const runs = section('runs', 'Runs');
  runs.append(table('Runs', [{name: 'Run', text: r => r.letter}, {name: 'Firmware and platform', text: r => r.title}, {name: 'Folder', text: r => r.folder}],
    data.folders.map((folder, i) => ({letter: letters[i], title: data.titles[i], folder}))));

  const configuration = section('configuration', 'Configuration that differs');
  if (!data.configuration.length) configuration.append(notice('The configurations do not differ.'));
  else {
    configuration.append(table('Keys whose values differ; - where a run has none', [{name: 'Key', text: r => r.key},
      ...letters.map((letter, i) => ({name: letter, text: r => r.values[i]}))], data.configuration));
  }

  // The best of the runs, where they differ: ▲ for more, ▼ for less.
  function mark(row, i) {
    const known = row.values.filter(v => v !== null);
    if (row.better === 'neither' || known.length < 2 || row.values[i] === null) return '';
    const best = row.better === 'lower' ? d3.min(known) : d3.max(known);
    return row.values[i] === best && known.some(v => v !== best) ? (row.better === 'lower' ? ' ▼' : ' ▲') : '';
  }

  const sections = d3.nest().key(m => m.section).entries(data.measures);
  for (const {key, values} of sections) {
    const id = key.toLowerCase().replace(/[^a-z]+/g, '-');
    const node = section(id, key);
    const charted = values.filter(m => ['s', 'J', 'W', '%', 'op/s', 'op/J'].includes(m.unit) && m.values.filter(v => v > 0).length >= 1).slice(0, id === 'energy' ? 8 : 6);
    if (charted.length) {
      node.append(element('div', {class: 'pair'}, ...charted.map(m => charts.bars(m.name, m.name, m.values.map((v, i) => v === null ? null : ({
        name: letters[i] + (m.ratios[i] !== null && i ? ' (' + ratioText(m.ratios[i]) + ')' : ''), value: v,
        text: letters[i] + ', ' + data.titles[i] + '\n' + m.name + ': ' + si(v, m.unit) + (i && m.ratios[i] !== null ? '\n' + ratioText(m.ratios[i]) + ' of A' : '')
      })).filter(row => row !== null), m.unit, 'var(--c0)'))));
    }
    const columns = [{name: 'Measure', text: m => m.name}];
    letters.forEach((letter, i) => columns.push({name: letter, number: true, text: m => m.values[i] === null ? '-' : si(m.values[i], m.unit) + mark(m, i)}));
    letters.slice(1).forEach((letter, i) => columns.push({name: letter + ' / A', number: true, text: m => ratioText(m.ratios[i + 1])}));
    node.append(details('Table: ' + key, table(key, columns, values), true));
  }
})();
