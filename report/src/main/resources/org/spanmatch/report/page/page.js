'use strict';

// Draws the report from the JSON in #data. Names of files, networks and layers reach the document only as text.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const byId = id => document.getElementById(id);

  // ---- Text ----

  const NONE = '–';
  const GRID = 200; // counts are given at k / 200

  /** Control and invisible characters are shown as �, as in tables and figures. */
  const printable = text => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Cn}]/gu, '\ufffd');

  /** Keeps a right-to-left name from turning the text around it. */
  const isolated = text => `\u2068${text}\u2069`;

  const share = value => (Number.isFinite(value) ? value.toFixed(4) : NONE);
  const number = value => value.toLocaleString('en', {maximumFractionDigits: 6});
  const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
  const listed = texts => new Intl.ListFormat('en').format(texts);

  function cut(text, length) {
    const all = Array.from(text);
    const head = Math.floor(length / 2);
    return all.length <= length ? text : [...all.slice(0, head), '…', ...all.slice(all.length - (length - head - 1))].join('');
  }

  function commonStart(words) {
    let length = 0;
    while (words.every(word => length < word.length && word[length] === words[0][length])) length++;
    return length;
  }

  /** Shortens names so that they still differ: without their common start, cut in the middle, or numbered. */
  function shortened(names, length) {
    let words = names.map(name => Array.from(printable(name)));
    if (names.length > 1 && words.some(word => word.length > length)) {
      const start = Math.max(0, commonStart(words) - 4);
      if (start > 0) words = words.map(word => ['…', ...word.slice(start)]);
    }
    const short = words.map(word => cut(word.join(''), length));
    const distinct = new Set(short).size === names.length;
    return new Map(names.map((name, i) => [name, distinct ? short[i] : cut(`${i + 1}: ${short[i]}`, length)]));
  }

  // ---- Data ----

  function bytes(base64) {
    const text = atob(base64);
    const result = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) result[i] = text.charCodeAt(i);
    return result;
  }

  const doubles = base64 => {
    const view = new DataView(bytes(base64).buffer);
    return Float64Array.from({length: view.byteLength / 8}, (_, i) => view.getFloat64(8 * i, true));
  };

  /** Returns the counts at 0, 1/200 … 1 from increments in unsigned LEB128. */
  function cumulated(base64) {
    const increments = bytes(base64);
    const counts = new Uint32Array(GRID + 1);
    let at = 0;
    let count = 0;
    for (let k = 0; k <= GRID; k++) {
      let shift = 0;
      do {
        count += (increments[at] & 127) << shift;
        shift += 7;
      } while (increments[at++] & 128);
      counts[k] = count;
    }
    return counts;
  }

  /** Returns the function from ε to the number of neurons with a value of at most ε, or null. */
  function counter(layer, key) {
    if (layer[key]) {
      const both = layer[key].map(doubles);
      const sorted = Float64Array.from([...both[0], ...both[1]].filter(value => !Number.isNaN(value))).sort();
      return epsilon => d3.bisectRight(sorted, epsilon);
    }
    const counts = layer.counts?.[key] && cumulated(layer.counts[key]);
    return counts ? epsilon => counts[Math.floor(epsilon * GRID + 1e-9)] : null;
  }

  /** Adds what is asked at every ε to a layer of the data. */
  function prepared(layer) {
    const all = layer.neurons[0] + layer.neurons[1];
    return {
      ...layer,
      all,
      living: all - layer.dead[0] - layer.dead[1],
      count: {levels: counter(layer, 'levels'), full: counter(layer, 'full'), chance: counter(layer, 'chance')},
    };
  }

  const matchAt = (layer, epsilon) => layer.matches?.find(match => match.epsilon === epsilon);

  /** A match of the result says it exactly; between matches the neurons are counted. */
  function valueAt(layer, epsilon, name, key, of) {
    const found = matchAt(layer, epsilon)?.[name];
    if (found != null) return found;
    return layer.count[key] && layer[of] > 0 ? layer.count[key](epsilon) / layer[of] : NaN;
  }

  // Everything that is a line over the layers: a value of a layer at an ε, NaN if there is none.
  const LINES = [
    {name: 'similarity', label: 'Similarity', colour: 'similarity', dash: null,
      value: (layer, epsilon) => valueAt(layer, epsilon, 'similarity', 'levels', 'all')},
    {name: 'coverage', label: 'Coverage', colour: 'coverage', dash: '8 3',
      value: (layer, epsilon) => valueAt(layer, epsilon, 'coverage', 'full', 'living')},
    {name: 'chance', label: 'Chance', colour: 'chance', dash: '3 4',
      value: (layer, epsilon) => valueAt(layer, epsilon, 'chance', 'chance', 'all')},
  ];

  const comparisons = data.comparisons.map(comparison => ({...comparison, layers: comparison.layers.map(prepared)}));
  const layers = comparisons.flatMap(comparison => comparison.layers);
  const several = comparisons.length > 1;

  /** The pairs of layers in file order, each with its layer in every comparison that has it. */
  const pairs = (() => {
    const found = new Map();
    comparisons.forEach((comparison, c) => comparison.layers.forEach(layer => {
      const key = JSON.stringify([layer.x, layer.y]);
      if (!found.has(key)) found.set(key, {index: found.size, x: layer.x, y: layer.y, each: []});
      found.get(key).each.push({comparison: c, layer});
    }));
    return [...found.values()];
  })();

  const unique = values => [...new Set(values)];
  const names = [unique(pairs.map(pair => pair.x)), unique(pairs.map(pair => pair.y))];
  const oneToOne = names.every(side => side.length === pairs.length);
  /** Between layers that all are compared, the curve shows those of equal names. */
  const curvePairs = oneToOne ? pairs : pairs.filter(pair => pair.x === pair.y);
  const networkNames = (() => {
    const short = shortened(unique(data.networks.map(network => network.name)), 40);
    return data.networks.map(network => short.get(network.name));
  })();

  const lines = LINES.filter(line =>
    layers.some(layer => Number.isFinite(line.value(layer, data.epsilons[0] ?? 1)) || Number.isFinite(line.value(layer, 1))));
  const hasEpsilon = lines.length > 0;
  const exact = layers.some(layer => layer.levels);
  const stops = exact ? null : d3.sort(new Set([
    ...data.epsilons, ...(layers.some(layer => layer.counts) ? d3.range(GRID + 1).map(k => k / GRID) : [])]));

  function pairName(pair, length) {
    const of = (side, name) => shortened(names[side], length).get(name);
    return pair.x === pair.y ? isolated(of(0, pair.x)) : `${isolated(of(0, pair.x))} · ${isolated(of(1, pair.y))}`;
  }
  const fullName = pair =>
    pair.x === pair.y ? isolated(printable(pair.x)) : `${isolated(printable(pair.x))} · ${isolated(printable(pair.y))}`;
  const comparisonName = c =>
    [comparisons[c].x, comparisons[c].y].map(n => isolated(networkNames[n])).join(' · ');

  // ---- State ----

  const usual = ['similarity', 'chance'].filter(name => lines.some(line => line.name === name));
  const state = {
    epsilon: data.epsilons.includes(0.3) ? 0.3 : data.epsilons[Math.floor(data.epsilons.length / 2)] ?? 0.3,
    on: new Set(usual),
    pinned: null, // the pair that was clicked
    hovered: null, // the pair under the pointer or with the focus
    comparison: 0, // which of several comparisons the details show
    quantity: 'similarity', // what the map colours
  };

  /** Returns the nearest ε at which the data has numbers. */
  const allowed = epsilon => (stops ? stops[d3.leastIndex(stops, stop => Math.abs(stop - epsilon))] : epsilon);

  function valuesOf(pair, line) {
    return pair.each.map(({layer}) => line.value(layer, state.epsilon)).filter(Number.isFinite);
  }
  const meanOf = (pair, line) => d3.mean(valuesOf(pair, line)) ?? NaN;

  const isUnsure = layer => {
    const match = matchAt(layer, state.epsilon);
    return Boolean(match) && d3.sum([...(match.borderline ?? []), ...(match.undecidable ?? [])], ids => ids.length) > 0;
  };
  /** Whether the similarity claims something that chance reaches as well. */
  const isWeak = layer => {
    const value = LINES[0].value(layer, state.epsilon);
    return value > 0 && state.epsilon < 1 && value <= LINES[2].value(layer, state.epsilon);
  };
  const isWarned = pair => pair.each.some(({layer}) => layer.warnings.length > 0);

  // ---- Elements ----

  function element(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value != null && value !== false) node.setAttribute(key, value === true ? '' : value);
    }
    node.append(...children);
    return node;
  }

  const bdi = (short, full) => element('bdi', {title: full === short ? null : full}, short);
  const layerText = (side, name, length) => bdi(shortened(names[side], length).get(name), printable(name));

  function pairText(pair, length) {
    const x = layerText(0, pair.x, length);
    return pair.x === pair.y ? [x] : [x, ' · ', layerText(1, pair.y, length)];
  }

  function show(id) {
    byId(id).hidden = false;
  }

  // ---- Head and foot ----

  function drawHead() {
    const [x, y] = networkNames;
    const title = byId('title');
    if (data.title) title.append(bdi(printable(data.title)));
    else if (networkNames.length === 2) title.append('Similarity of ', bdi(x), ' and ', bdi(y));
    else title.append(`Similarity of ${networkNames.length} networks`);
    data.networks.forEach((network, i) => {
      const name = bdi(networkNames[i], printable(network.name));
      const file = printable(network.file ?? '');
      const base = file.split(/[\\/]/).pop();
      const extra = base && base !== network.name
        ? [' ', element('span', {class: 'file'}, bdi(cut(base, 40), file))] : [];
      if (!extra.length && file) name.title = file;
      byId('networks').append(element('li', {}, name, ...extra));
    });
    if (!hasEpsilon) return;
    byId('meaning').append(
      'The similarity of two layers is the share of the neurons of both that match: those that lie within relative '
      + 'distance ε of the span of the other layer’s matching neurons. It is 1 when all match.'
      + (data.centred ? ' The mean of each neuron was subtracted first.' : ''));
  }

  function drawFoot() {
    byId('footer').append(`spanmatch ${data.spanmatch} · ${data.backend}` + (data.centred ? ' · centred' : ''));
  }

  // ---- ε ----

  function setUpEpsilon() {
    show('control');
    byId('stops').append(...data.epsilons.map(epsilon => element('option', {value: epsilon})));
    byId('epsilon').addEventListener('input', event => setEpsilon(event.target.valueAsNumber));
    byId('epsilon').addEventListener('keydown', stepBetweenStops);
    byId('exact').addEventListener('change', event => {
      const value = event.target.valueAsNumber;
      setEpsilon(Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : state.epsilon);
    });
    if (stops) byId('exact').title = 'The nearest ε at which the report has numbers is taken';
  }

  /** Where only some ε have numbers, a key moves to the next of them, not by a step that leads back. */
  function stepBetweenStops(event) {
    const direction = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1}[event.key];
    if (!stops || !direction) return;
    event.preventDefault();
    const next = stops.indexOf(state.epsilon) + direction;
    if (stops[next] !== undefined) setEpsilon(stops[next]);
  }

  function setEpsilon(epsilon) {
    state.epsilon = allowed(epsilon);
    draw();
    remember();
  }

  let saying;
  function drawEpsilon() {
    const mean = d3.mean(curvePairs.length ? curvePairs : pairs, pair => meanOf(pair, LINES[0]));
    const text = `ε = ${number(state.epsilon)}`;
    const what = mean === undefined ? '' : `mean similarity ${share(mean)}`;
    byId('epsilon').value = state.epsilon;
    byId('epsilon').setAttribute('aria-valuetext', `${number(state.epsilon)}, ${what}`);
    byId('exact').value = state.epsilon;
    byId('summary').replaceChildren(element('strong', {}, text), what && `  ${what}`);
    // A screen reader hears where the slider has come to rest, not each step on the way.
    clearTimeout(saying);
    saying = setTimeout(() => { byId('said').textContent = `${text}, ${what}`; }, 700);
  }

  // ---- Link ----

  function readHash() {
    const hash = new URLSearchParams(location.hash.slice(1));
    const epsilon = Number.parseFloat(hash.get('epsilon'));
    if (epsilon >= 0 && epsilon <= 1) state.epsilon = allowed(epsilon);
    const layer = Number(hash.get('layer') ?? NaN);
    state.pinned = pairs[layer] ?? null;
    if (hash.has('lines')) {
      const wanted = hash.get('lines').split(',');
      state.on = new Set(lines.map(line => line.name).filter(name => wanted.includes(name)
        || (name === 'similarity' && !wanted.includes('-similarity'))));
    }
  }

  let remembering;
  /** Browsers refuse hundreds of changes a second, so the link follows when the slider rests. */
  function remember() {
    clearTimeout(remembering);
    remembering = setTimeout(() => history.replaceState(null, '', hash()), 150);
  }

  function hash() {
    const parts = hasEpsilon ? [`epsilon=${state.epsilon}`] : [];
    if (state.pinned) parts.push(`layer=${state.pinned.index}`);
    const on = [...state.on].filter(name => name !== 'similarity');
    if (!state.on.has('similarity')) on.push('-similarity');
    if (String([...state.on].sort()) !== String([...usual].sort())) parts.push(`lines=${on.join(',')}`);
    return `#${parts.join('&')}`;
  }

  // ---- Layers that can be hovered, focused and clicked ----

  /**
   * Makes the marks of a chart one stop of the tab key, between whose marks the arrow keys move.
   *
   * @param next the pair to which a key moves from another one
   */
  function makeInteractive(root, next) {
    const markOf = event => event.target.closest?.('.layer');
    const pairOf = mark => pairs[mark.dataset.layer];
    root.addEventListener('pointerover', event => markOf(event) && hover(pairOf(markOf(event))));
    root.addEventListener('pointerleave', () => hover(null));
    root.addEventListener('focusin', event => markOf(event) && hover(pairOf(markOf(event))));
    root.addEventListener('focusout', () => hover(null));
    root.addEventListener('click', event => markOf(event) && pin(pairOf(markOf(event))));
    root.addEventListener('keydown', event => {
      const mark = markOf(event);
      if (!mark) return;
      const pair = event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End'
        ? next(pairOf(mark), event.key) : null;
      if (pair) focus(root, pair);
      else if (event.key === 'Enter' || event.key === ' ') pin(pairOf(mark));
      else if (event.key === 'Escape') pin(null);
      else return;
      event.preventDefault();
    });
  }

  /** Only the mark that the tab key reaches has a role and a name, since a map may have thousands. */
  function makeStop(root, mark) {
    const previous = root.querySelector('.layer[tabindex]');
    for (const attribute of ['tabindex', 'role', 'aria-label']) previous?.removeAttribute(attribute);
    mark.setAttribute('tabindex', 0);
    mark.setAttribute('role', 'button');
    mark.setAttribute('aria-label', spoken(pairs[mark.dataset.layer]));
  }

  function focus(root, pair) {
    const mark = root.querySelector(`.layer[data-layer="${pair.index}"]`);
    makeStop(root, mark);
    mark.focus();
  }

  const spoken = pair => [fullName(pair), ...lines.map(line => `${line.label.toLowerCase()} ${share(meanOf(pair, line))}`),
    ...(isWarned(pair) ? ['has warnings'] : [])].join(', ');

  function hover(pair) {
    if (state.hovered === pair) return;
    state.hovered = pair;
    drawShown();
  }

  function pin(pair) {
    state.pinned = state.pinned === pair ? null : pair;
    drawShown();
    remember();
  }

  // ---- Curve ----

  let curve; // what the curve's drawing needs from its layout

  function layOutCurve() {
    const root = byId('curve');
    const width = Math.max(260, root.clientWidth);
    const left = 34;
    const step = (width - left - 8) / curvePairs.length;
    const upright = step > 7.2 * d3.max(curvePairs, pair => Array.from(pairName(pair, 18)).length);
    const every = upright ? 1 : Math.ceil(15 / step);
    const longest = Math.min(18, d3.max(curvePairs, pair => Array.from(pairName(pair, 18)).length));
    const labels = curvePairs.map((_, i) => i).filter(i => i % every === 0);
    const svg = Plot.plot({
      width, height: 300 + (upright ? 0 : longest * 4.6), marginLeft: left, marginRight: 8, marginTop: 18,
      marginBottom: upright ? 28 : 18 + longest * 5.2, style: {fontSize: '12px', background: 'none'},
      x: {type: 'point', domain: d3.range(curvePairs.length), padding: 0.5, axis: null}, y: {domain: [0, 1]},
      marks: [
        Plot.gridY({ticks: 5, strokeOpacity: 0.14}),
        Plot.axisY({ticks: 5, label: null, tickSize: 0, tickFormat: '.1f'}),
        Plot.ruleY([0], {strokeOpacity: 0.5}),
        Plot.text(labels, {
          x: d => d, y: () => 0, dy: 14, text: i => pairName(curvePairs[i], 18), title: i => fullName(curvePairs[i]),
          rotate: upright ? 0 : -45, textAnchor: upright ? 'middle' : 'end', fontVariant: 'normal'}),
      ],
    });
    const x = svg.scale('x').apply;
    const y = svg.scale('y').apply;
    const picture = d3.select(svg).attr('role', 'group')
      .attr('aria-label', 'Lines across layers; arrow keys move from layer to layer, Enter shows its neurons');
    picture.append('path').attr('class', 'warned').attr('d', curvePairs.filter(isWarned)
      .map(pair => `M${x(curvePairs.indexOf(pair))},4l5,9h-10z`).join('')).append('title').text('has warnings');
    curve = {x, y, series: picture.append('g'), hits: picture.append('g')};
    curve.hits.selectAll('rect').data(curvePairs).join('rect').attr('class', 'layer band-hit')
      .attr('data-layer', pair => pair.index)
      .attr('x', (_, i) => x(i) - step / 2).attr('width', step).attr('y', y(1)).attr('height', y(0) - y(1));
    root.replaceChildren(svg);
    makeStop(root, curve.hits.node().firstChild);
  }

  function nextOnCurve(pair, key) {
    const at = curvePairs.indexOf(pair);
    const to = {ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: curvePairs.length - 1};
    return curvePairs[to[key]];
  }

  function drawCurve() {
    const on = lines.filter(line => state.on.has(line.name));
    curve.series.selectAll('g.series').data(on, line => line.name).join(enter => enter.append('g')
      .attr('class', line => `series ${line.name}`).style('--colour', line => `var(--${line.colour})`))
      .order().each(drawSeries);
    const all = curvePairs.flatMap(pair => pair.each.map(({layer}) => layer));
    byId('marks').textContent = [
      several && 'Lines are means over the pairs of networks, faint lines the pairs, bands from the least to the largest.',
      all.some(isWeak) && 'Hollow: no more than chance.',
      all.some(isUnsure) && 'Ringed: some neurons are borderline or undecidable.',
      curvePairs.some(isWarned) && '▲: see the warnings below.',
    ].filter(Boolean).join(' ');
  }

  function drawSeries(line) {
    const group = d3.select(this);
    const points = curvePairs.map((pair, i) => ({pair, i, values: valuesOf(pair, line)}));
    const shape = d3.line().x(d => curve.x(d.i)).y(d => curve.y(d3.mean(d.values))).defined(d => d.values.length > 0);
    const band = d3.area().x(d => curve.x(d.i)).y0(d => curve.y(d3.min(d.values))).y1(d => curve.y(d3.max(d.values)))
      .defined(d => d.values.length > 0);
    const each = d3.line().x(d => curve.x(d[0])).y(d => curve.y(d[1])).defined(d => Number.isFinite(d[1]));
    const faint = several && line.name === 'similarity' ? comparisons.map((_, c) => curvePairs.map((pair, i) => {
      const of = pair.each.find(e => e.comparison === c);
      return [i, of ? line.value(of.layer, state.epsilon) : NaN];
    })) : [];
    path(group, 'band', several ? [band(points)] : []);
    path(group, 'each', faint.map(each));
    path(group, 'mean', [shape(points)]).attr('stroke-dasharray', line.dash);
    if (line.name !== 'similarity') return;
    path(group, 'interval', several ? [] : [intervals(points)]);
    const shown = points.filter(d => d.values.length > 0);
    const at = selection => selection.attr('cx', d => curve.x(d.i)).attr('cy', d => curve.y(d3.mean(d.values)));
    group.selectAll('.dot').data(shown).join('circle').attr('r', curvePairs.length > 30 ? 3 : 4.5).call(at)
      .attr('class', d => `dot${d.pair.each.every(({layer}) => isWeak(layer)) ? ' weak' : ''}`);
    group.selectAll('.unsure').data(shown.filter(d => d.pair.each.some(({layer}) => isUnsure(layer))))
      .join('circle').attr('class', 'unsure').attr('r', 8).call(at);
  }

  const path = (group, name, shapes) => group.selectAll(`.${name}`).data(shapes).join('path').attr('class', name).attr('d', d => d);

  /** Returns the 95 % confidence intervals, which the result has at its own ε. */
  function intervals(points) {
    return points.map(({pair, i}) => {
      const interval = matchAt(pair.each[0].layer, state.epsilon)?.confidence;
      return interval ? `M${curve.x(i)},${curve.y(interval.low)}V${curve.y(interval.high)}` : '';
    }).join('');
  }

  function setUpLines() {
    for (const line of lines) {
      const box = element('input', {type: 'checkbox', name: line.name});
      const label = element('label', {style: `--colour: var(--${line.colour})`}, box);
      d3.select(label).append('svg').attr('width', 26).attr('height', 8).attr('aria-hidden', true)
        .append('path').attr('d', 'M0,4h26').attr('stroke-dasharray', line.dash);
      label.append(line.label);
      byId('lines').append(label);
      box.addEventListener('change', () => {
        if (box.checked) state.on.add(line.name);
        else state.on.delete(line.name);
        draw();
        remember();
      });
    }
  }

  function drawLines() {
    for (const box of byId('lines').querySelectorAll('input')) box.checked = state.on.has(box.name);
  }

  // ---- Map ----

  let map;
  const viridis = d3.range(257).map(k => d3.interpolateViridis(k / 256));
  const colourOf = value => (Number.isFinite(value) ? viridis[Math.round(value * 256)] : 'none');

  function layOutMap() {
    const root = byId('map');
    const width = Math.max(260, root.clientWidth);
    const [rows, columns] = names;
    const letters = width < 480 ? 12 : 22;
    const short = names.map(side => shortened(side, letters));
    const longest = short.map(side => d3.max(side.values(), name => Array.from(name).length));
    const left = 26 + longest[0] * 6.4;
    const bottom = 30 + longest[1] * 5;
    const cell = (width - left - 4) / columns.length;
    const height = Math.min(34, Math.max(9, cell)) * rows.length;
    const some = (side, room) => side.filter((_, i) => i % Math.ceil(13 / room) === 0);
    const svg = Plot.plot({
      width, height: height + bottom + 8, marginLeft: left, marginRight: 4, marginTop: 8, marginBottom: bottom, padding: 0,
      style: {fontSize: '11.5px', background: 'none'},
      x: {type: 'band', domain: columns, axis: null}, y: {type: 'band', domain: rows, axis: null},
      marks: [
        Plot.text(some(rows, height / rows.length), {
          y: d => d, frameAnchor: 'left', dx: -6, textAnchor: 'end', text: d => isolated(short[0].get(d)), title: printable}),
        Plot.text(some(columns, cell), {
          x: d => d, frameAnchor: 'bottom', dy: 8, rotate: -45, textAnchor: 'end',
          text: d => isolated(short[1].get(d)), title: printable}),
        Plot.text([axisName(1)], {frameAnchor: 'bottom', dy: bottom - 8, fontWeight: 600}),
        Plot.text([axisName(0)], {frameAnchor: 'left', dx: 10 - left, rotate: -90, textAnchor: 'middle', fontWeight: 600}),
        Plot.frame({strokeOpacity: 0.25}),
      ],
    });
    const x = svg.scale('x');
    const y = svg.scale('y');
    const picture = d3.select(svg).attr('role', 'group')
      .attr('aria-label', 'Map of all pairs of layers; arrow keys move from pair to pair, Enter shows its neurons');
    const place = selection => selection.attr('x', pair => x.apply(pair.y)).attr('y', pair => y.apply(pair.x))
      .attr('width', x.bandwidth).attr('height', y.bandwidth);
    const cells = picture.append('g').attr('shape-rendering', 'crispEdges').selectAll('rect').data(pairs).join('rect')
      .attr('class', 'layer cell').attr('data-layer', pair => pair.index)
      .attr('data-x', pair => pair.x).attr('data-y', pair => pair.y).call(place);
    const roomy = x.bandwidth > 33 && y.bandwidth > 15;
    const values = picture.append('g').attr('class', 'value').attr('aria-hidden', true).attr('text-anchor', 'middle')
      .selectAll('text').data(roomy ? pairs : []).join('text').attr('dy', '0.35em')
      .attr('x', pair => x.apply(pair.y) + x.bandwidth / 2).attr('y', pair => y.apply(pair.x) + y.bandwidth / 2);
    const chosen = ['chosen halo', 'chosen'].map(name => picture.append('rect').attr('class', name));
    map = {cells, values, chosen, place};
    root.replaceChildren(svg);
    makeStop(root, cells.node());
  }

  const axisName = side => {
    const here = unique(comparisons.map(comparison => [comparison.x, comparison.y][side]));
    return here.length === 1 ? isolated(networkNames[here[0]]) : ['first network', 'second network'][side];
  };

  function nextOnMap(pair, key) {
    const [rows, columns] = names;
    const end = {Home: pair.y, End: pair.y}[key] !== undefined;
    if (end) {
      const row = pairs.filter(other => other.x === pair.x);
      return key === 'Home' ? row[0] : row[row.length - 1];
    }
    const [down, right] = {ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1]}[key];
    let row = rows.indexOf(pair.x) + down;
    let column = columns.indexOf(pair.y) + right;
    // Layers of different samples aren't compared, so the next cell may lie beyond a gap.
    while (rows[row] !== undefined && columns[column] !== undefined) {
      const found = pairs.find(other => other.x === rows[row] && other.y === columns[column]);
      if (found) return found;
      row += down;
      column += right;
    }
    return null;
  }

  function drawMap() {
    const line = lines.find(candidate => candidate.name === state.quantity);
    const values = pairs.map(pair => meanOf(pair, line));
    map.cells.attr('fill', pair => colourOf(values[pair.index]));
    map.values.attr('fill', pair => (values[pair.index] > 0.6 ? '#000' : '#fff'))
      .text(pair => (Number.isFinite(values[pair.index]) ? values[pair.index].toFixed(2) : ''));
  }

  function setUpMap() {
    const select = byId('quantity');
    select.append(...lines.map(line => element('option', {value: line.name}, line.label.toLowerCase())));
    select.addEventListener('change', () => {
      state.quantity = select.value;
      draw();
    });
    byId('key').append(Plot.legend({
      color: {type: 'linear', scheme: 'viridis', domain: [0, 1]}, width: 220, height: 34, marginTop: 4, ticks: 5,
      tickSize: 4, style: {fontSize: '11.5px', background: 'none'}}));
  }

  // ---- Numbers ----

  const FEW = 200;
  let rows = [];

  function setUpNumbers() {
    const differ = pairs.some(pair => pair.x !== pair.y);
    const titles = [['layer', differ ? `Layer of ${axisName(0)}` : 'Layer']];
    if (differ) titles.push(['layer', `Layer of ${axisName(1)}`]);
    if (several) titles.push(['networks', 'Networks']);
    const head = element('tr', {}, ...titles.map(([, title]) => element('th', {scope: 'col', class: 'text'}, title)),
      ...['Neurons', 'Samples'].map(title => element('th', {scope: 'col'}, title)),
      ...lines.map(line => element('th', {scope: 'col'}, line.label)), element('th', {scope: 'col', class: 'text'}, 'Notes'));
    rows = pairs.flatMap(pair => pair.each.map(({comparison, layer}) => rowOf(pair, comparison, layer, differ)));
    byId('numbers').append(element('thead', {}, head), element('tbody', {}, ...rows.map(row => row.node)));
    if (rows.length <= FEW) return;
    const every = document.querySelector('.every');
    every.hidden = false;
    every.querySelector('span').textContent = `show all ${number(rows.length)} rows, not only those of the layer shown`;
    byId('every').addEventListener('change', drawShown);
  }

  function rowOf(pair, comparison, layer, differ) {
    const node = element('tr', {'data-x': pair.x, 'data-y': pair.y, 'data-comparison': comparison, 'data-layer': pair.index},
      element('th', {scope: 'row', class: 'text'}, layerText(0, pair.x, 40)));
    if (differ) node.append(element('th', {scope: 'row', class: 'text'}, layerText(1, pair.y, 40)));
    if (several) node.append(element('td', {class: 'text'}, comparisonName(comparison)));
    const [x, y] = layer.neurons;
    node.append(element('td', {}, x === y ? number(x) : `${number(x)} / ${number(y)}`), element('td', {}, number(layer.samples)));
    const cells = lines.map(line => element('td', {class: line.name}, ''));
    const notes = element('td', {class: 'text notes'}, '');
    node.append(...cells, notes);
    return {node, pair, layer, cells, notes, said: null};
  }

  function drawNumbers() {
    for (const row of rows) {
      lines.forEach((line, i) => {
        const value = line.value(row.layer, state.epsilon);
        const cell = row.cells[i];
        cell.firstChild.nodeValue = share(value);
        if (Number.isFinite(value)) cell.dataset.value = value;
        else delete cell.dataset.value;
      });
      const said = notesOf(row.layer);
      if (said === row.said) continue;
      row.said = said;
      row.notes.firstChild.nodeValue = said;
    }
  }

  function notesOf(layer) {
    const match = matchAt(layer, state.epsilon);
    const size = ids => d3.sum(ids ?? [], side => side.length);
    return [
      layer.warnings.length > 0 && '▲',
      isWeak(layer) && 'no more than chance',
      size(match?.borderline) > 0 && `${size(match.borderline)} borderline`,
      size(match?.undecidable) > 0 && `${size(match.undecidable)} undecidable`,
    ].filter(Boolean).join(', ');
  }

  // ---- Details of a layer ----

  // What the panel shows of a layer, one after the other; each returns nodes.
  const DETAILS = [facts, distribution, jump, members];

  function drawDetails() {
    const pair = state.hovered ?? state.pinned;
    const root = byId('details');
    root.hidden = false;
    if (!pair) {
      root.replaceChildren(element('p', {class: 'note'},
        'Point at a layer, or move to it with the arrow keys, to see its levels; a click shows its neurons.'));
      return;
    }
    const shown = pair.each.find(({comparison}) => comparison === state.comparison) ?? pair.each[0];
    root.replaceChildren(element('h2', {}, ...pairText(pair, 60)), ...(several ? [choice(pair, shown)] : []),
      ...DETAILS.flatMap(part => part(shown.layer, shown.comparison, pair)));
  }

  function choice(pair, shown) {
    const select = element('select', {'aria-label': 'Networks'}, ...pair.each.map(({comparison}) =>
      element('option', {value: comparison, selected: comparison === shown.comparison}, comparisonName(comparison))));
    select.addEventListener('change', () => {
      state.comparison = Number(select.value);
      drawDetails();
    });
    return select;
  }

  function facts(layer) {
    const both = ([x, y]) => (x === y ? number(x) : `${number(x)} / ${number(y)}`);
    const rows = [
      ['Neurons', both(layer.neurons)],
      layer.dead[0] + layer.dead[1] > 0 && ['Dead', both(layer.dead)],
      ['Samples', number(layer.samples) + (layer.masked ? ` (${number(layer.masked)} masked)` : '')],
      ...lines.map(line => [line.label, share(line.value(layer, state.epsilon))]),
    ].filter(Boolean);
    return [element('dl', {}, ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]))];
  }

  const BINS = 50;

  function distribution(layer) {
    if (!layer.count.levels) return [];
    const bins = key => d3.range(BINS).map(k => ({
      from: k / BINS, to: (k + 1) / BINS,
      count: layer.count[key]((k + 1) / BINS) - (k ? layer.count[key](k / BINS) : 0)}));
    const svg = Plot.plot({
      width: 260, height: 104, marginLeft: 4, marginRight: 8, marginTop: 6, marginBottom: 20,
      style: {fontSize: '11px', background: 'none'}, x: {domain: [0, 1], label: null, ticks: 5, tickSize: 3}, y: {axis: null},
      marks: [
        Plot.rectY(bins('levels'), {x1: 'from', x2: 'to', y: 'count', insetLeft: 0.5, insetRight: 0.5,
          fill: d => (d.to <= state.epsilon + 1e-9 ? 'var(--similarity)' : 'var(--muted)'),
          fillOpacity: d => (d.to <= state.epsilon + 1e-9 ? 1 : 0.5)}),
        layer.count.chance && Plot.lineY(bins('chance'), {x: d => (d.from + d.to) / 2, y: 'count', curve: 'step',
          stroke: 'var(--chance)', strokeDasharray: '3 3'}),
        Plot.ruleY([0]), Plot.ruleX([state.epsilon], {stroke: 'var(--ink)'}),
      ],
    });
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', 'Distribution of the match levels');
    return [element('h3', {}, 'Match levels'), svg, element('p', {class: 'note'},
      'The smallest ε at which each neuron matches' + (layer.count.chance ? '; dashed: by chance.' : '.'))];
  }

  function jump(layer) {
    if (!layer.jump) return [];
    const {epsilon, from, to} = layer.jump;
    return [element('p', {}, `Largest jump: from ${share(from)} to ${share(to)} at ε = ${share(epsilon)}.`)];
  }

  /** Returns the numbers of the matching neurons of both networks, or null where the data doesn't have them. */
  function matching(layer) {
    const match = matchAt(layer, state.epsilon);
    if (match?.members) return match.members;
    return layer.levels?.map(levels =>
      Array.from(doubles(levels).entries()).filter(([, level]) => level <= state.epsilon).map(([id]) => id)) ?? null;
  }

  function members(layer, comparison, pair) {
    if (pair !== state.pinned) return [];
    const ids = matching(layer);
    if (!ids) return [element('p', {class: 'note'}, 'Which neurons match isn’t in the report at this ε; result.json lists them.')];
    const match = matchAt(layer, state.epsilon);
    const {x, y} = comparisons[comparison];
    return [x, y].flatMap((network, side) => [
      element('h3', {}, bdi(networkNames[network]), `: ${number(ids[side].length)} of ${number(layer.neurons[side])} match`),
      element('p', {class: 'ids', tabindex: 0, role: 'group', 'aria-label': 'Matching neurons'}, ranges(ids[side]) || 'none'),
      ...marked('borderline: may match or not, within the error bounds', match?.borderline?.[side]),
      ...marked('undecidable, since stored activations are rounded', match?.undecidable?.[side]),
    ]);
  }

  const marked = (what, ids) => (ids?.length ? [element('p', {class: 'note'}, `${ranges(ids)} ${what}`)] : []);

  /** Returns ascending numbers as text, such as "0–3, 7". */
  function ranges(ids) {
    const runs = [];
    for (const id of ids) {
      const last = runs[runs.length - 1];
      if (last && id === last[1] + 1) last[1] = id;
      else runs.push([id, id]);
    }
    return runs.map(([from, to]) => (from === to ? from : to === from + 1 ? `${from}, ${to}` : `${from}–${to}`)).join(', ');
  }

  // ---- Warnings and notes ----

  function drawWarnings() {
    data.texts.forEach((text, index) => {
      const where = pairs.filter(pair => pair.each.some(({layer}) => layer.warnings.includes(index)));
      if (!where.length) return;
      show('warnings-section');
      const listedPairs = where.slice(0, 12).flatMap((pair, i) => [i ? ', ' : '', ...pairText(pair, 40)]);
      byId('warnings').append(element('li', {}, bdi(printable(text)), element('div', {class: 'where'},
        ...listedPairs, where.length > 12 ? ` and ${number(where.length - 12)} more` : '')));
    });
  }

  function drawNotes() {
    for (const [c, {missing}] of comparisons.entries()) {
      for (const sentence of missing ?? []) {
        show('notes-section');
        byId('notes').append(element('li', {}, several ? `${comparisonName(c)}: ` : '', bdi(printable(sentence))));
      }
    }
  }

  // ---- All together ----

  // Parts of the page that follow ε: whether they apply, what happens once, after a resize, and at every ε.
  const PARTS = [
    {when: () => hasEpsilon, setUp: setUpEpsilon, draw: drawEpsilon},
    {when: () => hasEpsilon && curvePairs.length > 0, section: 'curve-section', layOut: layOutCurve, draw: drawCurve,
      setUp: () => { setUpLines(); makeInteractive(byId('curve'), nextOnCurve); }},
    {when: () => hasEpsilon && curvePairs.length > 0, draw: drawLines},
    {when: () => hasEpsilon && !oneToOne, section: 'map-section', layOut: layOutMap, draw: drawMap,
      setUp: () => { setUpMap(); makeInteractive(byId('map'), nextOnMap); }},
    {when: () => hasEpsilon, section: 'numbers-section', setUp: setUpNumbers, draw: drawNumbers},
  ];
  let parts = [];

  function layOut() {
    parts.forEach(part => part.layOut?.());
    draw();
  }

  function draw() {
    const start = performance.now();
    parts.forEach(part => part.draw());
    drawShown();
    document.documentElement.dataset.redraw = (performance.now() - start).toFixed(1);
  }

  /** Draws what depends on the layer that is shown. */
  function drawShown() {
    const pair = state.hovered ?? state.pinned;
    for (const mark of document.querySelectorAll('.shown')) mark.classList.remove('shown');
    if (pair) byId('curve').querySelector(`[data-layer="${pair.index}"]`)?.classList.add('shown');
    if (map) map.chosen.forEach(rect => rect.attr('display', pair ? null : 'none').data([pair]).call(pair ? map.place : () => {}));
    drawDetails();
    if (rows.length <= FEW) return;
    const only = byId('every').checked ? null : (pair ?? pairs[0]).x;
    for (const row of rows) row.node.hidden = only !== null && row.pair.x !== only;
  }

  function start() {
    drawHead();
    drawWarnings();
    drawNotes();
    drawFoot();
    readHash();
    parts = PARTS.filter(part => part.when());
    parts.forEach(part => {
      if (part.section) show(part.section);
      part.setUp?.();
    });
    layOut();
    window.addEventListener('hashchange', () => {
      readHash();
      draw();
    });
    let width = document.body.clientWidth;
    new ResizeObserver(() => {
      if (document.body.clientWidth === width) return;
      width = document.body.clientWidth;
      layOut();
    }).observe(document.body);
    document.documentElement.dataset.ready = performance.now().toFixed(1);
  }

  start();
})();
