'use strict';
(() => {
  const {data, si, count, percent, element, table, details, section, notice, unitOf, together, choice} = page;
  const run = data.run;
  const number = (name, key, unit) => ({name, number: true, text: r => si(r[key], unit)});

  function header() {
    const top = document.getElementById('top');
    top.append(element('h1', null, run.firmware + ' on ' + run.platform));
    top.append(element('p', {class: 'sub'}, run.description + ' · ' + si(run.simulated_s, 's') + ' simulated · seed ' + run.seed +
      ' · network engine ' + run.noc_model + ', analog ' + run.analog_model));
    if (run.stopped_by !== 'firmware') {
      top.append(notice('The platform stopped this run: ' + run.reason + '. Everything below is up to there.'));
    } else if (run.exit_code !== 0) {
      top.append(notice('The firmware ended with code ' + run.exit_code + ': ' + run.reason + '.'));
    }
    document.getElementById('bottom').append(
      element('p', null, 'Made by aimc-vp ' + run.version + ' report from the files in ' + run.folder + '.'),
      details('Licence of the charting library (d3)', element('pre', {class: 'command'}, document.getElementById('library-licence').textContent)));
  }

  function headline() {
    const node = section('headline', 'Headline figures');
    node.append(element('dl', {class: 'cards'}, ...data.headline.map(card => element('div', {class: 'card', id: 'card-' + card.id},
      element('dt', null, card.label), element('dd', {class: 'value'}, si(card.value, card.unit)), element('dd', {class: 'note'}, card.note)))));
  }

  function reading() {
    const node = section('reading', 'Reading it', 'Worked out from the run’s files; each answer says by what rule.');
    for (const finding of data.reading) {
      const rule = details('How this is found', element('p', null, together(finding.rule)));
      rule.className = 'rule';
      node.append(element('div', {class: 'finding', id: 'finding-' + finding.id}, element('h3', null, finding.question),
        element('p', null, element('strong', null, together(finding.verdict)), ' ' + together(finding.answer)), rule));
    }
  }

  function energy() {
    const node = section('energy', 'Energy by component and activity',
      'Total ' + si(data.energy.total_j, 'J') + '. Tiles are taken together by part; segments of a bar are activities, the largest first.');
    const rows = [];
    for (const cell of data.energy.cells) {
      if (!rows.length || rows[rows.length - 1].name !== cell.group) rows.push({name: cell.group, total: 0, segments: []});
      const row = rows[rows.length - 1];
      row.total += cell.joules;
      row.segments.push({name: cell.activity, value: cell.joules, text: cell.group + ': ' + cell.activity + '\n' + si(cell.joules, 'J') + ', ' +
        percent(cell.joules / (data.energy.total_j || 1)) + ' of all\n' + count(cell.count) + ' times or bytes'});
    }
    if (!rows.length) { node.append(notice('No energy was metered.')); return; }
    node.append(charts.stackedBars('Energy by component and activity', rows, 'J'));
    node.append(details('Table: energy by component and activity', table('Energy accounts (energy.csv, tiles taken together)', [
      {name: 'Component', text: r => r.group}, {name: 'Activity', text: r => r.activity}, number('Count', 'count', ''), number('Energy', 'joules', 'J'),
      {name: 'Share', number: true, text: r => percent(r.joules / (data.energy.total_j || 1))}], data.energy.cells)));
  }

  function movement() {
    const node = section('movement', 'Data movement', 'What moving data took, against the whole run. Resources work at the same time, so shares of time do not add up.');
    const work = data.energy.total_j - run.leakage_j - run.programming_j;
    const pair = element('div', {class: 'pair'});
    const rows = data.movement.map(m => ({...m, text: m.name + ': ' + si(m.joules, 'J') + ', ' + percent(m.joules / (work || 1)) + ' of the work'}));
    pair.append(charts.bars('Energy of data movement', 'Energy', rows.map(m => ({name: m.name, value: m.joules, text: m.text})), 'J', 'var(--c2)'));
    pair.append(charts.bars('Time of data movement', 'Share of the run at work', rows.filter(m => m.time_share !== null)
      .map(m => ({name: m.name, value: m.time_share, text: m.name + ': ' + percent(m.time_share) + ' of the run\n' + m.rule})), '%', 'var(--c0)'));
    node.append(pair, details('Table: data movement', table('Data movement', [{name: 'What', text: m => m.name}, number('Energy', 'joules', 'J'),
      {name: 'Share of all energy', number: true, text: m => percent(m.joules / (data.energy.total_j || 1))},
      {name: 'Share without leakage and programming', number: true, text: m => percent(m.joules / (work || 1))},
      {name: 'Share of time', number: true, text: m => m.time_share === null ? 'not known' : percent(m.time_share)},
      {name: 'Time of what', text: m => m.rule}], data.movement)));
  }

  const missing = (file, how) => notice('This run left no ' + file + '; ' + how + '.');
  const OLDER = 'runs of this version of aimc-vp always leave it, so run the firmware again';

  // Slices of binned series for a table: [{begin, end, values: {track: mean}}]
  function slices(series, most) {
    const bins = series.values.length ? series.values[0].length : 0, n = Math.min(most, bins);
    return d3.range(n).map(i => {
      const from = Math.round(i * bins / n), to = Math.round((i + 1) * bins / n), values = {};
      series.tracks.forEach((track, t) => { values[track] = d3.mean(series.values[t].slice(from, to)); });
      return {begin: series.begin_s + from * series.bin_s, end: series.begin_s + to * series.bin_s, values};
    });
  }
  const timeColumns = [{name: 'From', text: r => si(r.begin, 's')}, {name: 'To', number: true, text: r => si(r.end, 's')}];

  function power() {
    const node = section('power', 'Power over time');
    if (!data.power) { node.append(missing('power.csv', OLDER)); return; }
    node.append(...choice('Time shown:', data.power.views, series => {
      const energies = series.values.map(v => d3.sum(v) * series.bin_s);
      const order = d3.range(series.tracks.length).filter(t => energies[t] > 0).sort((a, b) => energies[b] - energies[a]);
      const shown = {...series, tracks: order.map(t => series.tracks[t]), values: order.map(t => series.values[t])};
      return [element('p', {class: 'soft'}, 'Mean over bins of ' + si(series.bin_s, 's') + ', stacked; the group with most energy lies at the bottom.'),
        charts.legend(order.map(t => ({fill: charts.colour(series.tracks[t]), name: series.tracks[t],
          text: charts.trackName(series.tracks[t]) + ', ' + si(energies[t], 'J')}))),
        charts.stackedAreas('Power over time, stacked by group of components', shown, 'W'),
        details('Table: power over time', table('Mean power in ' + Math.min(25, series.values[0].length) + ' parts', [...timeColumns,
          {name: 'Total', number: true, text: r => si(d3.sum(Object.values(r.values)), 'W')},
          ...shown.tracks.map(track => ({name: charts.trackName(track), number: true, text: r => si(r.values[track], 'W')}))], slices(shown, 25)))];
    }));
  }

  function timelineRows(series) {
    const values = {};
    series.tracks.forEach((track, t) => { values[track] = series.values[t]; });
    const stat = track => {
      const v = values[track], busy = data.timeline.mvm_busy ? data.timeline.mvm_busy[track] || 0 : undefined;
      return percent(d3.mean(v)) + ' of the time shown, at most ' + percent(d3.max(v)) + ' of a bin' + (busy === undefined ? '' : ', ' + percent(busy) + ' while MVMs are executed');
    };
    const names = {host: 'host', dma: 'DMA', noc: 'network, mean', 'noc/busiest': 'busiest link'};
    const looks = {undefined: {fill: 'var(--c6)', opacity: 0.45}, crossbar: {fill: 'var(--c5)'}, nmpu: {fill: 'var(--c7)', line: true}};
    const rows = [], tiles = new Map();
    for (const track of series.tracks) {
      const match = /^tile(\d+)(\/(.+))?$/.exec(track);
      if (!match) {
        rows.push({name: names[track] || track, layers: [{fill: charts.colour(track.split('/')[0]), values: values[track]}], text: (names[track] || track) + ': ' + stat(track)});
        continue;
      }
      if (!tiles.has(match[1])) { tiles.set(match[1], {name: 'tile ' + match[1], layers: [], text: 'tile ' + match[1]}); rows.push(tiles.get(match[1])); }
      const row = tiles.get(match[1]);
      row.layers.push({...(looks[match[3]] || looks.nmpu), values: values[track]});
      row.text += '\n' + (match[3] || 'any command') + ': ' + stat(track);
    }
    return rows;
  }

  function timeline() {
    const node = section('timeline', 'Timeline: host, network, tiles');
    if (!data.timeline) { node.append(missing('timeline.csv', OLDER)); return; }
    node.append(element('p', {class: 'soft'}, 'Height is the share of a bin in which something was busy. The host is busy when it is not in WFI, so polling counts. ' +
      'Single transactions are in trace.pftrace (aimc-vp run --trace perfetto), for ui.perfetto.dev.'));
    node.append(...choice('Time shown:', data.timeline.views, series => {
      const shown = slices(series, 20), busy = data.timeline.mvm_busy;
      const byTrack = series.tracks.map((track, t) => ({track, mean: d3.mean(series.values[t]), most: d3.max(series.values[t]), mvm: busy ? busy[track] || 0 : null}));
      return [element('p', {class: 'soft'}, 'Bins of ' + si(series.bin_s, 's') + '. Tiles that did nothing have no row' + (series.left_out ? ', and of the others the busiest are shown.' : '.')),
        charts.legend([{fill: 'var(--c6)', opacity: 0.45, text: 'tile: any command, waiting included'}, {fill: 'var(--c5)', text: 'crossbar (programming included)'},
          {fill: 'var(--c7)', line: true, text: 'NMPU (line)'}]),
        charts.strips('Busy share over time', timelineRows(series), series),
        details('Table: busy shares', table('Busy share of every track', [{name: 'Track', text: r => charts.trackName(r.track)},
          number('Time shown', 'mean', '%'), number('Busiest bin', 'most', '%'),
          {name: 'While MVMs are executed', number: true, text: r => r.mvm === null ? 'not known' : percent(r.mvm)},
          ...shown.map(s => ({name: 'from ' + si(s.begin, 's'), number: true, text: r => percent(s.values[r.track])}))], byTrack))];
    }));
  }

  function mesh() {
    const node = section('mesh', 'Mesh: tiles and links');
    const m = data.mesh;
    const ports = {};
    const byWay = new Map();
    const nodes = {};
    for (const l of m.links || []) {
      if (l.kind !== 'router' && /^tile\d+$/.test(l.kind === 'injection' ? l.from : l.to)) {
        const id = (l.kind === 'injection' ? l.from : l.to).slice(4);
        (ports[id] = ports[id] || []).push((l.kind === 'injection' ? 'out, ' : 'in, ') + l.plane + 's: ' + percent(l.utilisation));
        continue;
      }
      const key = l.from + '>' + l.to;
      if (!byWay.has(key)) byWay.set(key, {from: l.from, to: l.to, a: [l.from_x, l.from_y], b: [l.to_x, l.to_y], value: 0, text: l.from + ' to ' + l.to});
      const way = byWay.get(key);
      way.value = Math.max(way.value, l.utilisation);
      way.text += '\n' + l.plane + ' plane: ' + percent(l.utilisation) + ', ' + count(l.flits) + ' flits';
      if (l.kind !== 'router') nodes[l.kind === 'injection' ? l.from : l.to] = {y: l.from_y};
    }
    const places = Object.values(nodes);
    if (places.length === 2 && places[0].y === places[1].y) { places[0].offset = -0.55; places[1].offset = 0.55; }
    if (!m.links) node.append(missing('links.csv', OLDER));
    node.append(element('p', {class: 'soft'}, count(m.noc.packets) + ' packets, ' + si(m.noc.bytes, 'B') + ' of payload, mean latency ' + page.digits(m.noc.mean_latency_cycles) +
      ' cycles, busiest link ' + percent(m.noc.max_link_utilisation) + ' over the whole run. A link’s width and shade show the busier of its two planes.'));
    const busy = data.timeline && data.timeline.mvm_busy;
    const about = t => 'tile ' + t.id + ' at (' + t.x + ', ' + t.y + ')\nbusy ' + percent(t.utilisation) + ' of the run, ' + count(t.mvms) + ' MVMs, ' + si(t.energy_j, 'J') +
      (busy ? '\ncrossbar ' + percent(busy['tile' + t.id + '/crossbar'] || 0) + ' while MVMs are executed' : '') + (ports[t.id] ? '\nits link ' + ports[t.id].join('\nits link ') : '');
    const views = [{name: 'busy share of the whole run, programming included', unit: '%', value: t => t.utilisation}, {name: 'energy', unit: 'J', value: t => t.energy_j}];
    if (busy) views.unshift({name: 'crossbar’s busy share while MVMs are executed', unit: '%', value: t => busy['tile' + t.id + '/crossbar'] || 0});
    node.append(...choice('Tiles show:', views, view => charts.mesh('Tiles and links of the mesh', {width: m.width, height: m.height, nodes, links: [...byWay.values()], title: view.name, unit: view.unit,
      tiles: m.tiles.map(t => ({id: t.id, x: t.x, y: t.y, value: view.value(t), text: about(t)}))})));
    const parts = m.tile_table ? ['crossbar_busy_s', 'nmpu_busy_s', 'dac_j', 'crossbar_j', 'adc_j', 'nmpu_j', 'sram_j', 'control_j', 'leakage_j'].filter(k => m.tile_table.length && k in m.tile_table[0]) : [];
    const more = new Map((m.tile_table || []).map(r => [r.tile, r]));
    node.append(details('Table: tiles', table('Tiles', [{name: 'Tile', text: r => r.id}, {name: 'Place', text: r => r.x + ', ' + r.y}, number('MVMs', 'mvms', ''), number('MACs', 'macs', ''),
      number('Busy', 'busy_s', 's'), number('Share of the run', 'utilisation', '%'),
      {name: 'Crossbar while MVMs are executed', number: true, text: r => busy ? percent(busy['tile' + r.id + '/crossbar'] || 0) : 'not known'}, number('Energy', 'energy_j', 'J'),
      ...parts.map(key => ({name: key.replace(/_(s|j)$/, '').replace('_', ' '), number: true, text: r => more.has(r.id) ? si(more.get(r.id)[key], unitOf(key)) : ''}))], m.tiles)));
    if (m.links) {
      const links = m.links.slice().sort((a, b) => b.utilisation - a.utilisation).slice(0, 200);
      node.append(details('Table: links', table('Links, the busiest first' + (m.links.length > links.length ? ' (' + links.length + ' of ' + m.links.length + ')' : ''), [
        {name: 'From', text: r => r.from}, {name: 'To', text: r => r.to}, {name: 'Plane', text: r => r.plane}, {name: 'Kind', text: r => r.kind}, number('Flits', 'flits', ''), number('Share of cycles', 'utilisation', '%')], links)));
    }
  }

  function layers() {
    const node = section('layers', 'Layers');
    if (!data.layers || !data.layers.length) {
      node.append(data.layers ? notice('The firmware marked no sections; aimc_marker_begin("conv1") and aimc_marker_end make layers appear here.') : missing('layers.csv', OLDER));
      return;
    }
    node.append(element('p', {class: 'soft'}, 'Sections the firmware marked. A section’s energy is what the whole platform took in that time, leakage included; a section includes those within it (their names follow “;”).'));
    const shown = data.layers.filter(l => l.count > 0).slice(0, 40);
    const row = (l, value, unit) => ({name: l.layer, value, text: l.layer + '\n' + si(l.time_s / l.count, 's') + ' and ' + si(l.energy_j / l.count, 'J') + ' each, ' + count(l.count) + ' times'});
    node.append(element('div', {class: 'pair'},
      charts.bars('Latency of layers', 'Mean time of one execution', shown.map(l => row(l, l.time_s / l.count)), 's', 'var(--c0)'),
      charts.bars('Energy of layers', 'Mean energy of one execution', shown.map(l => row(l, l.energy_j / l.count)), 'J', 'var(--c3)')));
    const known = Object.keys(data.layers[0]);
    const unit = key => unitOf(key);
    node.append(details('Table: layers', table('Layers (layers.csv), with means of one execution', [{name: 'layer', text: r => r.layer},
      {name: 'time each', number: true, text: r => si(r.time_s / r.count, 's')}, {name: 'energy each', number: true, text: r => si(r.energy_j / r.count, 'J')},
      {name: 'mean power', number: true, text: r => r.time_s > 0 ? si(r.energy_j / r.time_s, 'W') : ''},
      ...known.filter(k => k !== 'layer').map(key => ({name: key.replace(/_(s|j)$/, '').replace(/_/g, ' '), number: true, text: r => si(r[key], unit(key))}))], data.layers)));
  }

  function network() {
    if (!data.network) return;
    const node = section('network', 'Network: steps on tiles and host');
    node.append(element('p', {class: 'soft'}, 'Time and energy are those of one sample alone. The error is the compiler’s, of ideal tiles against the exact result, in units of the stored output.'));
    // Which steps each tile takes part in, and the share of its cells their weights use.
    const placed = new Map();
    for (const r of data.network) {
      for (const id of r.tiles.split(' ').filter(word => word !== '')) {
        if (!placed.has(id)) placed.set(id, {used: 0, steps: []});
        placed.get(id).steps.push(r.layer);
        if (r.executes === 'tiles') placed.get(id).used += Number(r.utilisation);
      }
    }
    node.append(charts.mesh('Mapping: where the steps are, and the share of cells their weights use', {width: data.mesh.width, height: data.mesh.height, nodes: {}, links: [], title: 'share of cells used', unit: '%',
      tiles: data.mesh.tiles.map(t => {
        const at = placed.get(String(t.id)) || {used: 0, steps: []};
        return {id: t.id, x: t.x, y: t.y, value: at.used, text: 'tile ' + t.id + ': ' + (at.steps.join(', ') || 'no step') + '\n' + percent(at.used) + ' of its cells'};
      })}));
    const given = (key, unit) => r => r[key] === '' ? '' : si(Number(r[key]), unit);
    const onTiles = r => r.executes === 'tiles';
    node.append(table('Steps (network.csv)', [{name: 'Step', text: r => r.layer}, {name: 'Executes', text: r => r.executes}, {name: 'Tiles', text: r => r.tiles},
      {name: 'Copies', number: true, text: r => onTiles(r) ? r.copies : ''}, {name: 'Weights', number: true, text: r => onTiles(r) ? r.rows + ' × ' + r.columns : ''},
      {name: 'Cells used', number: true, text: r => onTiles(r) ? percent(r.utilisation) : ''}, {name: 'MVMs', number: true, text: r => r.mvms ? count(r.mvms) : ''},
      {name: 'MACs', number: true, text: r => r.macs ? count(r.macs) : ''}, {name: 'Time', number: true, text: given('time_s', 's')}, {name: 'Energy', number: true, text: given('energy_j', 'J')},
      {name: 'Error rms', number: true, text: r => r.error_rms === '' ? '' : Number(r.error_rms).toFixed(2)},
      {name: 'Elements without error', number: true, text: r => r.equal_share === '' ? '' : percent(Number(r.equal_share))}], data.network));
  }

  function roofline() {
    const node = section('roofline', 'Against the platform’s peak');
    const r = data.roofline;
    if (!r.peaks) { node.append(notice('The peak is not known: ' + r.problem)); return; }
    const peaks = r.peaks;
    const points = [];
    const add = (name, shape, ops, seconds, bytes) => {
      if (!(ops > 0 && seconds > 0 && bytes > 0)) return;
      points.push({name, shape, x: ops / bytes, y: ops / seconds, text: name + '\n' + si(ops / seconds, 'op/s') + ', ' + percent(ops / seconds / peaks.ops_per_s_one_phase) +
        ' of the one-phase peak\n' + si(ops / bytes, 'op/B')});
    };
    add('whole run', 'circle', r.ops, run.simulated_s, r.bytes);
    if (r.mvm_s) add('while MVMs are executed', 'square', r.ops, r.mvm_s, r.bytes);
    const byLayer = (data.layers || []).filter(l => l.macs > 0 && l.noc_bytes > 0).sort((a, b) => b.macs - a.macs).slice(0, 6);
    for (const l of byLayer) add(l.layer, 'diamond', 2 * l.macs, l.time_s, l.noc_bytes);
    if (!points.length) { node.append(notice('No MVM was executed, or nothing went over the network: there is no point to show.')); }
    const roofs = [{name: 'peak, one phase', level: peaks.ops_per_s_one_phase}, {name: 'peak, four phases', level: peaks.ops_per_s_four_phase}];
    const slopes = [{name: 'one port of the network', bytes_per_s: peaks.port_bytes_per_s}, {name: 'ports of all tiles', bytes_per_s: peaks.all_ports_bytes_per_s}];
    node.append(element('p', {class: 'soft'}, 'Two operations a MAC. The flat roofs are all tiles executing MVMs over whole crossbars back to back with int8 inputs; the slopes are what ports of the network carry. ' +
      'A point left of where a slope meets the roof needs more data for each operation than that port can bring.'));
    const pair = element('div', {class: 'pair'});
    if (points.length) pair.append(charts.roofline('Throughput against peak and network', points, roofs, slopes));
    const efficiency = [{name: 'this run', value: r.ops_per_j, text: 'this run, whole platform: ' + si(r.ops_per_j, 'op/J')},
      {name: 'peak, one phase', value: peaks.ops_per_j_one_phase, text: 'peak, one phase: ' + si(peaks.ops_per_j_one_phase, 'op/J')},
      {name: 'peak, four phases', value: peaks.ops_per_j_four_phase, text: 'peak, four phases: ' + si(peaks.ops_per_j_four_phase, 'op/J')}];
    pair.append(charts.bars('Efficiency against peak', 'Operations per joule; peaks count tiles and all leakage, for weights and inputs spread uniformly', efficiency, 'op/J', 'var(--c2)'));
    node.append(pair);
    const rows = points.map(p => ({what: p.name, ops: p.y, share: p.y / peaks.ops_per_s_one_phase, intensity: p.x}));
    node.append(details('Table: throughput and efficiency', element('div', null,
      table('Throughput', [{name: 'What', text: x => x.what}, number('Throughput', 'ops', 'op/s'), number('Of the one-phase peak', 'share', '%'), number('Per byte of the network', 'intensity', 'op/B')],
        rows.concat(roofs.map(x => ({what: x.name, ops: x.level, share: x.level / peaks.ops_per_s_one_phase, intensity: NaN})))),
      table('Efficiency', [{name: 'What', text: x => x.name}, number('Operations per joule', 'value', 'op/J'), {name: 'Of the one-phase peak', number: true, text: x => percent(x.value / peaks.ops_per_j_one_phase)}], efficiency))));
  }

  function reported() {
    const node = section('reported', 'What the firmware reported');
    if (!data.reported.length) { node.append(notice('The firmware reported nothing; aimc_report("accuracy", value) makes it appear here and in the headline.')); return; }
    const value = name => { const found = data.reported.find(r => r.name === name); return found && found.value !== null ? found.value : null; };
    const pair = element('div', {class: 'pair'});
    const accuracy = [['without calibration', 'accuracy_uncalibrated'], ['as reported last', 'accuracy']].map(([name, key]) => ({name, value: value(key)})).filter(r => r.value !== null);
    if (accuracy.length) pair.append(charts.bars('Accuracy', 'Accuracy', accuracy.map(r => ({...r, text: r.name + ': ' + percent(r.value)})), '%', 'var(--c2)'));
    const calibration = [['before calibration', 'calibration_rms_before'], ['after calibration', 'calibration_rms_after']].map(([name, key]) => ({name, value: value(key)})).filter(r => r.value !== null);
    if (calibration.length) {
      pair.append(charts.bars('Calibration', 'Error of column outputs, counts rms', calibration.map(r => ({...r, text: r.name + ': ' + page.digits(r.value) + ' counts rms'})), 'counts', 'var(--c1)'));
    }
    if (pair.children.length) node.append(pair);
    node.append(details('Table: all reported values', table('Reported by the firmware, in its order', [{name: 'Name', text: r => r.name},
      {name: 'Value', number: true, text: r => /^accuracy|share/.test(r.name) ? (r.value === null ? si(null) : percent(r.value)) : si(r.value, unitOf(r.name))}], data.reported), !pair.children.length));
  }

  function profile() {
    const node = section('profile', 'Host functions');
    if (!data.profile) { node.append(missing('profile.csv', 'aimc-vp run --profile makes it: what each function of the firmware cost')); return; }
    const rows = data.profile.rows;
    node.append(element('div', {class: 'pair'}, charts.bars('Cycles of host functions', 'Cycles in the function itself', rows.slice(0, 12).map(r => ({name: r.function, value: r.cycles,
      text: r.function + '\n' + count(r.cycles) + ' cycles, with what it calls ' + count(r.inclusive_cycles) + '\n' + count(r.calls) + ' calls'})), '', 'var(--c0)')));
    node.append(details('Table: host functions', table('Host functions, the longest first' + (data.profile.functions > rows.length ? ' (' + rows.length + ' of ' + data.profile.functions + ')' : ''), [
      {name: 'Function', text: r => r.function}, number('Calls', 'calls', ''), number('Instructions', 'instructions', ''), number('Cycles', 'cycles', ''), number('Cycles with callees', 'inclusive_cycles', ''),
      {name: 'Energy', number: true, text: r => si(r.energy_pj * 1e-12, 'J')}], rows)));
  }

  function provenance() {
    const node = section('provenance', 'What produced it');
    node.append(element('h3', null, 'Command'), element('pre', {class: 'command', id: 'command'}, run.command));
    const facts = [['Platform', run.platform + ': ' + run.description], ['Firmware', run.firmware + (run.arguments.length ? ' -- ' + run.arguments.join(' ') : '')], ['Seed', String(run.seed)],
      ['Network engine', run.noc_model], ['Analog', run.analog_model], ['NMPU', run.nmpu_backend], ['Ended by', run.stopped_by + ', code ' + run.exit_code + ': ' + run.reason],
      ['Host instructions', count(run.host_instructions)], ['aimc-vp', run.version], ['Wall time', si(run.wall_s, 's')]];
    const list = element('dl', {class: 'kv'});
    for (const [name, value] of facts) list.append(element('dt', null, name), element('dd', null, value));
    node.append(list, element('h3', null, 'Constants and their sources'));
    const kinds = {};
    for (const s of data.settings) kinds[s.kind || 'unmarked'] = (kinds[s.kind || 'unmarked'] || 0) + 1;
    node.append(element('p', {class: 'soft'}, data.settings.length + ' settings of platform.yaml: ' + Object.entries(kinds).map(([k, n]) => n + ' ' + k).join(', ') +
      '. Independent: measured, published or computed on its own. Apportioned: a share of a published total. Assumed: a choice or an estimate.'));
    const search = element('input', {type: 'search', id: 'find-setting', 'aria-label': 'Find a constant', placeholder: 'Find a constant or a source'});
    const all = table('Constants (platform.yaml); the unit is in the key', [{name: 'Key', text: r => r.key}, {name: 'Value', number: true, text: r => r.value}, {name: 'Kind', text: r => r.kind}, {name: 'Source', text: r => r.source}], data.settings);
    search.addEventListener('input', () => {
      const word = search.value.toLowerCase();
      for (const row of all.querySelectorAll('tbody tr')) row.hidden = !row.textContent.toLowerCase().includes(word);
    });
    node.append(details('Table: constants with sources', element('div', null, search, all)));
  }

  header();
  headline();
  reading();
  energy();
  movement();
  layers();
  network();
  timeline();
  power();
  mesh();
  roofline();
  reported();
  profile();
  provenance();
})();
