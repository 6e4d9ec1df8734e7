'use strict';

// The page around the charts: ε, the link, the layer that is shown, numbers, warnings.
(() => {
  const {
    data,
    comparisons,
    pairs,
    curvePairs,
    oneToOne,
    names,
    lines,
    epsilonLines,
    measures,
    columns,
    range,
    simpleTitle,
    stops,
    state,
    usual,
    several,
    spectrum,
    charts,
    share,
    number,
    cut,
    shortName,
    fullName,
    networkName,
    comparisonName,
    sideName,
    nearest,
    meanOf,
    isWarned,
  } = report;
  const {byId, printable, element, whenWidthChanges} = elements;
  const {curve, map, sizes} = charts;

  // ---- Elements ----

  /** A name from a file, with the whole of it as its title. */
  const bdi = (short, full = short) => element('bdi', {title: full === short ? null : full}, short);
  const layerText = (side, name, length) => bdi(shortName(side, name, length), printable(name));

  function pairText(pair, length) {
    const x = layerText(0, pair.x, length);
    return pair.x === pair.y ? [x] : [x, '\u00a0· ', layerText(1, pair.y, length)];
  }

  const bothSides = ([x, y]) => (x === y ? number(x) : `${number(x)} / ${number(y)}`);

  function show(id) {
    byId(id).hidden = false;
  }

  // ---- Head and foot ----

  function drawHead() {
    byId('title').append(...titleNodes());
    byId('networks').append(...data.networks.map(networkItem));
    byId('networks').hidden = !data.title && data.networks.length === 2 && data.networks.every(isNamedByFile);
    byId('meaning').append(meaning());
    byId('footer').append(`spanmatch ${printable(data.spanmatch)} · ${printable(data.backend)}`, data.centred ? ' · centred' : '');
  }

  function titleNodes() {
    if (data.title) return [bdi(printable(data.title))];
    const what = lines.length > 0 ? 'Similarity' : 'Simple matches';
    if (data.networks.length !== 2) return [`${what} of ${data.networks.length} networks`];
    return [`${what} of `, networkText(0), ' and ', networkText(1)];
  }

  /** Returns what the numbers are, of each kind of result that there is. */
  function meaning() {
    return [
      epsilonLines.length > 0 &&
        'The similarity of two layers is the share of their neurons that match. Neurons match if each lies within ' +
          'relative distance ε of the span of the other layer’s matching neurons: 1 means that all do, 0 that none does.',
      data.centred && 'The mean of each neuron was subtracted first.',
      stops?.length > 0 &&
        `This report has numbers at ${spectrum ? 'ε = 0, 0.005 … 1' : 'the ε that were asked for'}.`,
      measures.length > 0 &&
        'Measures compare whole layers, with no ε: of a similarity 1 is closest, of a distance 0.' +
          (data.centred ? '' : ' Most subtract the mean of each neuron.'),
      sizes.has &&
        'A simple match is a match that is not the union of smaller ones: the finest groups of neurons that both ' +
          'networks share.',
    ]
      .filter(Boolean)
      .join(' ');
  }

  const pathOf = network => printable(network.file ?? '');
  const fileOf = network => pathOf(network).split(/[\\/]/).pop();
  const isNamedByFile = network => !network.file || fileOf(network) === network.name;

  /** The name of a network, with the path of its file as its title where that has the same name. */
  function networkText(i) {
    const network = data.networks[i];
    return bdi(networkName(i), network.file && isNamedByFile(network) ? pathOf(network) : printable(network.name));
  }

  function networkItem(network, i) {
    const file = () => element('span', {class: 'file'}, bdi(cut(fileOf(network), 40), pathOf(network)));
    return element('li', {}, networkText(i), ...(isNamedByFile(network) ? [] : [' ', file()]));
  }

  // ---- ε ----

  function setUpEpsilon() {
    show('control');
    byId('stops').append(...data.epsilons.map(epsilon => element('option', {value: epsilon})));
    byId('epsilon').addEventListener('input', event => setEpsilon(event.target.valueAsNumber));
    byId('epsilon').addEventListener('keydown', stepBetweenStops);
    byId('exact').addEventListener('change', event => {
      const text = event.target.value.trim().replace(',', '.');
      const value = text === '' ? state.epsilon : Number(text);
      if (value >= 0 && value <= 1) setEpsilon(value);
      else setFault('ε is a number from 0 to 1.');
    });
    if (stops) byId('exact').title = 'The nearest ε at which this report has numbers';
  }

  /** Says why the exact field was not followed; an empty text where it was. */
  function setFault(text) {
    byId('exact').setAttribute('aria-invalid', text !== '');
    byId('fault').textContent = text;
  }

  /** Where only some ε have numbers, a key moves to the next of them; a small step would lead back. */
  function stepBetweenStops(event) {
    const direction = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1}[event.key];
    if (!stops || !direction) return;
    event.preventDefault();
    const next = stops[stops.indexOf(state.epsilon) + direction];
    if (next !== undefined) setEpsilon(next);
  }

  function setEpsilon(epsilon) {
    state.epsilon = nearest(epsilon);
    draw();
    remember();
  }

  let saying;
  function drawEpsilon() {
    const among = curvePairs.length ? curvePairs : pairs;
    const living = pair => pair.each.map(({layer}) => layer).filter(layer => layer.living > 0);
    const mean = d3.mean(among, pair => d3.mean(living(pair), layer => lines[0].value(layer, state.epsilon)));
    const dead = d3.sum(among, pair => living(pair).length === 0);
    const without = dead ? `, without ${number(dead)} dead ${dead === 1 ? 'layer' : 'layers'}` : '';
    const text = `ε = ${number(state.epsilon)}`;
    const what = mean === undefined ? '' : `mean similarity ${share(mean)}${without}`;
    byId('epsilon').value = state.epsilon;
    byId('epsilon').setAttribute('aria-valuetext', `${number(state.epsilon)}, ${what}`);
    byId('exact').value = state.epsilon;
    setFault('');
    byId('summary').replaceChildren(element('strong', {}, text), ` ${what}`);
    // A screen reader hears where ε has come to rest, not each step on the way.
    clearTimeout(saying);
    saying = setTimeout(() => {
      byId('said').textContent = `${text}, ${what}`;
    }, 700);
  }

  // ---- Link ----

  function readHash() {
    const hash = new URLSearchParams(location.hash.slice(1));
    if (!['epsilon', 'layer', 'lines'].some(key => hash.has(key))) return; // a link to a section
    const epsilon = Number.parseFloat(hash.get('epsilon'));
    if (epsilon >= 0 && epsilon <= 1) state.epsilon = nearest(epsilon);
    state.pinned = pairs[Number.parseInt(hash.get('layer'), 10)] ?? null;
    if (!hash.has('lines')) {
      state.on = new Set(usual);
      return;
    }
    const wanted = hash.get('lines').split(',');
    const isOn = name => (name === usual[0] ? !wanted.includes(`-${name}`) : wanted.includes(name));
    state.on = new Set(lines.map(line => line.name).filter(isOn));
  }

  /** Returns the link's hash: the first line is on unless it says otherwise. */
  function hash() {
    const on = lines.map(line => line.name).filter(name => state.on.has(name) === (name !== usual[0]));
    const isUsual = lines.every(({name}) => state.on.has(name) === usual.includes(name));
    return (
      '#' +
      [
        epsilonLines.length > 0 && `epsilon=${state.epsilon}`,
        state.pinned && `layer=${state.pinned.index}`,
        !isUsual && `lines=${on.map(name => (name === usual[0] ? `-${name}` : name)).join(',')}`,
      ]
        .filter(Boolean)
        .join('&')
    );
  }

  let remembering;
  /** Browsers refuse hundreds of changes a second, so the link follows when the slider rests. */
  function remember() {
    clearTimeout(remembering);
    remembering = setTimeout(() => history.replaceState(null, '', hash()), 150);
  }

  // ---- Layers that can be hovered, focused and clicked ----

  /** Makes a chart one stop of the tab key, within which the arrow keys move. */
  function makeInteractive(root, chart) {
    const markOf = event => event.target.closest?.('.layer');
    const pairOf = mark => pairs[mark.dataset.layer];
    const onMark = act => event => markOf(event) && act(pairOf(markOf(event)), event);
    root.addEventListener('pointerover', onMark(hover));
    root.addEventListener('focusin', onMark(hover));
    // A key may scroll the chart away under the pointer; the layer with the focus stays shown.
    root.addEventListener('pointerleave', () => {
      const mark = root.querySelector('.layer:focus-visible');
      hover(mark && pairOf(mark));
    });
    root.addEventListener('focusout', () => hover(null));
    root.addEventListener(
      'click',
      onMark(pair => {
        makeStop(root, pair).focus({preventScroll: true});
        pin(pair);
      }),
    );
    root.addEventListener(
      'keydown',
      onMark((pair, event) => {
        if (event.key === 'Enter' || event.key === ' ') pin(pair);
        else if (event.key === 'Escape') pin(null);
        else if (/^Arrow|^Home$|^End$/.test(event.key))
          makeStop(root, chart.next(pair, event.key) ?? pair).focus();
        else return;
        event.preventDefault();
      }),
    );
  }

  /** Only the mark that the tab key reaches has a role and a name, since a map may have thousands. */
  function makeStop(root, pair) {
    const previous = root.querySelector('.layer[tabindex]');
    for (const attribute of ['tabindex', 'role', 'aria-label', 'aria-pressed'])
      previous?.removeAttribute(attribute);
    const mark = root.querySelector(`.layer[data-layer="${pair.index}"]`);
    mark.setAttribute('tabindex', 0);
    mark.setAttribute('role', 'button');
    nameStop(mark);
    return mark;
  }

  function nameStop(mark) {
    const pair = pairs[mark.dataset.layer];
    const values = columns.map(
      column => `${column.label.toLowerCase()} ${(column.text ?? share)(meanOf(pair, column))}`,
    );
    mark.setAttribute(
      'aria-label',
      [fullName(pair), ...values, ...(isWarned(pair) ? ['has warnings'] : [])].join(', '),
    );
    mark.setAttribute('aria-pressed', pair === state.pinned);
  }

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

  // ---- Curve and map ----

  function setUpCurve() {
    makeInteractive(byId('curve'), curve);
    byId('lines').append(...lines.map(lineSwitch));
    if (epsilonLines.length && measures.length) byId('lines').children[epsilonLines.length].after(element('hr'));
  }

  const lineName = line => line.label + (line.scale === 'distance' ? ' (distance)' : '');

  function lineSwitch(line) {
    const box = element('input', {type: 'checkbox', name: line.name});
    const label = element('label', {style: `--colour: var(--${line.colour})`, title: line.title}, box);
    d3.select(label)
      .append('svg')
      .attr('width', 26)
      .attr('height', 8)
      .attr('aria-hidden', true)
      .append('path')
      .attr('d', 'M0,4h26')
      .attr('stroke-dasharray', line.dash);
    label.append(lineName(line));
    box.addEventListener('change', () => {
      if (box.checked) state.on.add(line.name);
      else state.on.delete(line.name);
      draw();
      remember();
    });
    return label;
  }

  function layOutCurve() {
    curve.layOut();
    makeStop(byId('curve'), curvePairs[0]);
  }

  function drawCurve() {
    if (range().some((end, i) => end !== curve.range[i])) layOutCurve();
    curve.draw();
    for (const box of byId('lines').querySelectorAll('input')) box.checked = state.on.has(box.name);
    const is = name => curvePairs.some(pair => pair.each.some(({layer}) => layer[name](state.epsilon)));
    byId('marks').textContent = [
      !oneToOne && 'Layers of equal names.',
      several && 'Lines are means over the pairs of networks, faint lines the pairs themselves.',
      is('isWeak') && 'Hollow: no more than chance.',
      is('isUnsure') && 'Ringed: some neurons are borderline or undecidable.',
      curvePairs.some(isWarned) && '▲ see the warnings below.',
    ]
      .filter(Boolean)
      .join(' ');
  }

  function setUpSizes() {
    byId('simple-title').textContent = simpleTitle;
    makeInteractive(byId('sizes'), curve);
  }

  function layOutSizes() {
    sizes.layOut();
    makeStop(byId('sizes'), curvePairs[0]);
  }

  function setUpMap() {
    makeInteractive(byId('map'), map);
    const select = byId('quantity');
    select.append(...lines.map(line => element('option', {value: line.name}, line.scale ? lineName(line) : line.label.toLowerCase())));
    select.addEventListener('change', () => {
      state.quantity = select.value;
      draw();
    });
    byId('key').append(charts.mapKey());
    byId('map-note').textContent = [
      several && 'Means over the pairs of networks.',
      pairs.length < names[0].length * names[1].length && 'Blank: not compared.',
      pairs.some(isWarned) && '▲ see the warnings below.',
    ]
      .filter(Boolean)
      .join(' ');
  }

  function layOutMap() {
    map.layOut();
    makeStop(byId('map'), pairs[0]);
  }

  // ---- Numbers ----

  const FEW = 200; // with more rows, only those of one layer are there unless all are asked for
  const differ = pairs.some(pair => pair.x !== pair.y);
  const rows = pairs.flatMap(pair => pair.each.map(each => ({pair, ...each})));
  let shownRows = [];

  function setUpNumbers() {
    byId('numbers-section').classList.toggle('wide', columns.length > 6);
    const texts = [
      differ ? `Layer of ${sideName(0)}` : 'Layer',
      differ && `Layer of ${sideName(1)}`,
      several && 'Networks',
    ];
    const head = (title, kind) => element('th', {scope: 'col', class: kind}, title);
    byId('numbers').append(
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...texts.filter(Boolean).map(title => head(title, 'text')),
          ...columns.map(column => head(column.label)),
          head('Neurons'),
          head('Samples'),
          head('Notes', 'text'),
        ),
      ),
      element('tbody'),
    );
    if (rows.length <= FEW) return;
    show('every-label');
    byId('every').after(` all ${number(rows.length)} rows, not only those of the layer shown`);
    byId('every').addEventListener('change', chooseRows);
  }

  /** Fills the table with the rows of one layer where all would be too many to follow the slider. */
  function chooseRows() {
    const few = rows.length <= FEW || byId('every').checked;
    const {x} = state.hovered ?? state.pinned ?? pairs[0];
    const wanted = few ? rows : rows.filter(row => row.pair.x === x);
    if (wanted.length === shownRows.length && wanted.every((row, i) => row === shownRows[i])) return;
    shownRows = wanted;
    byId('numbers').tBodies[0].replaceChildren(...wanted.map(row => (row.node ??= newRow(row))));
    drawNumbers();
  }

  function newRow(row) {
    const {pair, comparison, layer} = row;
    const name = (side, text) => element('th', {scope: 'row', class: 'text'}, layerText(side, text, 40));
    row.cells = columns.map(column => element('td', {class: column.name}, ''));
    row.notes = element('td', {class: 'text notes'}, '');
    return element(
      'tr',
      {'data-x': pair.x, 'data-y': pair.y, 'data-comparison': comparison, 'data-layer': pair.index},
      name(0, pair.x),
      ...(differ ? [name(1, pair.y)] : []),
      ...(several ? [element('td', {class: 'text'}, comparisonName(comparison))] : []),
      ...row.cells,
      element('td', {}, bothSides(layer.neurons)),
      element('td', {}, number(layer.samples)),
      row.notes,
    );
  }

  function drawNumbers() {
    for (const {layer, cells, notes} of shownRows) {
      columns.forEach((column, i) => {
        const value = column.value(layer, state.epsilon);
        cells[i].firstChild.nodeValue = (column.text ?? share)(value);
        if (Number.isFinite(value)) cells[i].dataset.value = value;
        else delete cells[i].dataset.value;
      });
      notes.firstChild.nodeValue = notesOf(layer);
    }
  }

  function notesOf(layer) {
    const match = layer.match(state.epsilon);
    const size = ids => d3.sum(ids ?? [], side => side.length);
    return [
      layer.warnings.length > 0 && '▲',
      layer.isWeak(state.epsilon) && 'no more than chance',
      layer.jumpsNear(state.epsilon) && `jumps at ${share(layer.jump.epsilon)}`,
      size(match?.borderline) > 0 && `${size(match.borderline)} borderline`,
      size(match?.undecidable) > 0 && `${size(match.undecidable)} undecidable`,
      layer.all > layer.living && `${layer.dead.map(number).join(' + ')} dead`,
    ]
      .filter(Boolean)
      .join(', ');
  }

  // ---- Details of a layer ----

  // What the panel shows of a layer, one after the other: each returns nodes, none where it doesn't apply.
  const DETAILS = [facts, warnings, distribution, simpleMatches, members];

  function drawDetails() {
    const pair = state.hovered ?? state.pinned;
    const root = byId('details');
    root.classList.toggle('empty', !pair);
    root.classList.toggle('pinned', state.pinned !== null);
    if (!pair) {
      root.replaceChildren(
        element(
          'p',
          {class: 'note'},
          'Point at a layer, or go through the layers with the arrow keys, to see its ' +
            (spectrum ? 'match levels.' : 'numbers.') +
            (epsilonLines.length || sizes.has ? ' Click it, or press Enter, to see which neurons match.' : ''),
        ),
      );
      return;
    }
    const shown = pair.each.find(({comparison}) => comparison === state.comparison) ?? pair.each[0];
    root.replaceChildren(
      element('h2', {}, ...heading(pair, comparisons[shown.comparison])),
      ...(pair === state.pinned ? [letGo()] : []),
      ...(pair.each.length > 1 ? [choice(pair, shown)] : []),
      ...DETAILS.flatMap(part => part(shown, pair)),
    );
  }

  function heading(pair, {x, y}) {
    if (pair.x === pair.y) return pairText(pair, 60);
    const line = (side, name, network) =>
      element(
        'span',
        {class: 'line'},
        layerText(side, name, 60),
        element('span', {class: 'of'}, ' of ', bdi(networkName(network))),
      );
    return [line(0, pair.x, x), line(1, pair.y, y)];
  }

  function letGo() {
    const button = element(
      'button',
      {type: 'button', class: 'let-go', 'aria-label': 'Let go of this layer'},
      '×',
    );
    button.addEventListener('click', () => pin(null));
    return button;
  }

  function choice(pair, shown) {
    const select = element(
      'select',
      {'aria-label': 'Networks'},
      ...pair.each.map(({comparison}) =>
        element(
          'option',
          {value: comparison, selected: comparison === shown.comparison},
          comparisonName(comparison),
        ),
      ),
    );
    select.addEventListener('change', () => {
      state.comparison = Number(select.value);
      drawShown();
    });
    return select;
  }

  function facts({layer}) {
    const interval = layer.match(state.epsilon)?.confidence;
    const rows = [
      ['Neurons', bothSides(layer.neurons)],
      layer.dead[0] + layer.dead[1] > 0 && ['Dead', bothSides(layer.dead)],
      ['Samples', number(layer.samples)],
      layer.masked > 0 && ['Masked', number(layer.masked)],
      ...columns.map(column => [column.label, (column.text ?? share)(column.value(layer, state.epsilon))]),
      interval && ['95 % confidence', `${share(interval.low)} – ${share(interval.high)}`],
    ].filter(Boolean);
    return [
      element(
        'dl',
        {},
        ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
      ),
    ];
  }

  function warnings({layer}) {
    return layer.warnings.map(index => element('p', {class: 'marked'}, bdi(printable(data.texts[index]))));
  }

  function distribution({layer}) {
    const parts = [];
    if (layer.count('levels', 1) !== undefined) {
      const chance = layer.count('chance', 1) === undefined ? '.' : '; dotted: by chance.';
      parts.push(
        element('h3', {}, 'Match levels'),
        charts.distribution(layer),
        element('p', {class: 'note'}, `The smallest ε at which each neuron matches${chance}`),
      );
    }
    if (layer.jump) {
      const {epsilon, from, to} = layer.jump;
      parts.push(
        element('p', {}, `Largest jump: from ${share(from)} to ${share(to)} at ε = ${share(epsilon)}.`),
      );
    }
    return parts;
  }

  function simpleMatches({layer}) {
    if (!layer.simple) return [];
    const {epsilon, coverage, complete} = layer.simple;
    const text = [
      `At ε = ${number(epsilon)} they hold ${number(Math.round(1000 * coverage) / 10)} % of the matching neurons.`,
      !complete && 'The search was ended before it was complete.',
    ];
    return [element('h3', {}, 'Simple matches'), element('p', {}, text.filter(Boolean).join(' '))];
  }

  function members({layer, comparison}, pair) {
    if (pair !== state.pinned || !epsilonLines.length) return [];
    const ids = layer.members(state.epsilon);
    if (!ids)
      return [element('p', {class: 'note'}, 'Which neurons match is in result.json, not in this report.')];
    const match = layer.match(state.epsilon);
    const {x, y} = comparisons[comparison];
    return [x, y].flatMap((network, side) => [
      element(
        'h3',
        {},
        bdi(networkName(network)),
        `: ${number(ids[side].length)} of ${number(layer.neurons[side])} match`,
      ),
      element(
        'p',
        {class: 'ids', tabindex: 0, role: 'group', 'aria-label': 'Matching neurons'},
        ranges(ids[side]) || 'none',
      ),
      ...marked('Borderline, may match or not within the error bounds', match?.borderline?.[side]),
      ...marked('Undecidable, since stored activations are rounded', match?.undecidable?.[side]),
    ]);
  }

  const marked = (what, ids) =>
    ids?.length ? [element('p', {class: 'marked'}, `${what}: ${ranges(ids)}`)] : [];

  /** Returns ascending numbers as text, such as "0–3, 7". */
  function ranges(ids) {
    const runs = [];
    for (const id of ids) {
      const last = runs[runs.length - 1];
      if (last && id === last[1] + 1) last[1] = id;
      else runs.push([id, id]);
    }
    return runs
      .map(([from, to]) => (from === to ? from : `${from}${to === from + 1 ? ', ' : '–'}${to}`))
      .join(', ');
  }

  // ---- Warnings and notes ----

  const NAMED = 12; // layers of a warning

  function drawWarnings() {
    const where = data.texts.map(() => new Set());
    for (const pair of pairs) {
      for (const {layer} of pair.each) layer.warnings.forEach(index => where[index].add(pair));
    }
    const found = d3.range(where.length).filter(index => where[index].size > 0);
    fill('warnings', found, index => warningItem(data.texts[index], [...where[index]]));
  }

  function warningItem(text, where) {
    const named = where.slice(0, NAMED).flatMap((pair, i) => [i ? ', ' : '', ...pairText(pair, 40)]);
    const more = where.length > NAMED ? ` and ${number(where.length - NAMED)} more` : '';
    return element('li', {}, bdi(printable(text)), element('div', {class: 'where'}, ...named, more));
  }

  function drawNotes() {
    const notes = comparisons.flatMap(({missing = []}, comparison) =>
      missing.map(sentence => ({sentence, where: several ? `${comparisonName(comparison)}: ` : ''})),
    );
    fill('notes', notes, ({sentence, where}) => element('li', {}, where, bdi(printable(sentence))));
  }

  const SHOWN = 20; // items of a list; there may be thousands

  /** Fills a list of a section; what is too much for the eye is there on demand. */
  function fill(id, values, itemOf) {
    if (!values.length) return;
    show(`${id}-section`);
    byId(id).append(...values.slice(0, SHOWN).map(itemOf));
    if (values.length <= SHOWN) return;
    const rest = element('ul');
    const fold = element('details', {}, element('summary', {}, `${number(values.length - SHOWN)} more`), rest);
    fold.addEventListener('toggle', () => rest.append(...values.slice(SHOWN).map(itemOf)), {once: true});
    byId(id).after(fold);
  }

  // ---- All together ----

  // The parts that follow ε: whether they apply, and what is done once, at each width, and at each ε.
  const PARTS = [
    {when: epsilonLines.length > 0, setUp: setUpEpsilon, draw: drawEpsilon},
    {when: epsilonLines.length > 0 && spectrum, setUp: () => charts.drawSpectrum(byId('spectrum'))},
    {
      when: lines.length > 0 && curvePairs.length > 0,
      section: 'curve-section',
      setUp: setUpCurve,
      layOut: layOutCurve,
      draw: drawCurve,
    },
    {
      when: lines.length > 0 && !oneToOne,
      section: 'map-section',
      setUp: setUpMap,
      layOut: layOutMap,
      draw: map.draw,
    },
    {
      when: sizes.has,
      section: 'simple-section',
      setUp: setUpSizes,
      layOut: layOutSizes,
    },
    {when: columns.length > 0, section: 'numbers-section', setUp: setUpNumbers, draw: drawNumbers},
    {when: columns.length > 0, section: 'details', draw: drawShown},
  ].filter(part => part.when);

  function layOut() {
    PARTS.forEach(part => part.layOut?.());
    draw();
  }

  function draw() {
    const start = performance.now();
    PARTS.forEach(part => part.draw?.());
    document.documentElement.dataset.redraw = (performance.now() - start).toFixed(1);
  }

  /** Draws what depends on the layer that is shown. */
  function drawShown() {
    charts.markShown(state.hovered ?? state.pinned);
    document.querySelectorAll('.layer[tabindex]').forEach(nameStop);
    drawDetails();
    if (sizes.has) drawMembers();
    chooseRows();
  }

  /** Shows the simple matches of the layer that was clicked. */
  function drawMembers() {
    const pair = state.pinned;
    const each = pair && (pair.each.find(({comparison}) => comparison === state.comparison) ?? pair.each[0]);
    const root = byId('simple');
    if (!each?.layer.simple) {
      root.replaceChildren(
        element('p', {class: 'note'}, pair ? 'No simple matches were searched for in this layer.'
          : 'Click a layer, or press Enter on it, to see which neurons are in which of its simple matches.'));
    } else {
      root.replaceChildren(element('h3', {}, 'Members in ', ...pairText(pair, 60)));
    }
    sizes.drawMembers(each?.layer, comparisons[each?.comparison]);
  }

  function layOutAgain() {
    const chart = document.activeElement?.closest('.layer')?.closest('figure');
    const pair = pairs[document.activeElement?.dataset.layer];
    layOut();
    if (chart && pair) makeStop(chart, pair).focus();
  }

  drawHead();
  drawWarnings();
  drawNotes();
  readHash();
  for (const part of PARTS) {
    if (part.section) show(part.section);
    part.setUp?.();
  }
  layOut();
  window.addEventListener('hashchange', () => {
    readHash();
    draw();
  });
  whenWidthChanges(layOutAgain);
  document.documentElement.dataset.ready = performance.now().toFixed(1);
})();
