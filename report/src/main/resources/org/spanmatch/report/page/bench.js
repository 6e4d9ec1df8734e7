'use strict';

// The page of 'spanmatch bench': how long backends take for layers of several sizes, and which is the fastest.
(() => {
  const {byId, printable, element, whenWidthChanges} = elements;
  const data = JSON.parse(byId('data').textContent);

  // Okabe and Ito's colours, with dashes where there are more backends than colours.
  const COLOURS = ['similarity', 'chance', 'coverage', 'line1', 'line2', 'line3'];
  const DASHES = [null, '8 3', '2 4'];

  const unique = values => [...new Set(values)];
  const ascending = values => d3.sort(unique(values));
  const number = value => value.toLocaleString('en');

  /** Returns milliseconds with three digits, or all of them before the point. */
  const milliseconds = value => (value < 100 ? value.toPrecision(3) : number(Math.round(value)));

  function duration(value) {
    if (value < 1) return `${+(value * 1000).toPrecision(3)} µs`;
    return value < 1000 ? `${+value.toPrecision(3)} ms` : `${number(+(value / 1000).toPrecision(3))} s`;
  }

  const backends = data.backends.map((name, i) => ({
    name,
    colour: `var(--${COLOURS[i % COLOURS.length]})`,
    dash: DASHES[Math.floor(i / COLOURS.length) % DASHES.length],
  }));
  const sizes = {neurons: ascending(data.times.map(time => time.neurons)), samples: ascending(data.times.map(time => time.samples))};
  const UNITS = {neurons: n => `${number(n)} + ${number(n)} neurons`, samples: n => `${number(n)} samples`};
  const other = {neurons: 'samples', samples: 'neurons'};
  const timeOf = new Map(data.times.map(time => [JSON.stringify([time.backend, time.neurons, time.samples]), time]));
  const at = (backend, neurons, samples) => timeOf.get(JSON.stringify([backend, neurons, samples]));
  const points = d3.cross(sizes.neurons, sizes.samples, (neurons, samples) => ({neurons, samples}))
    .filter(({neurons, samples}) => data.backends.some(backend => at(backend, neurons, samples)));

  const state = {on: new Set(data.backends), along: 'neurons', fixed: {}};
  // What the chart shows first has the most times, of equals the most neurons or samples.
  for (const [along, fixed] of Object.entries(other)) {
    const counts = d3.rollup(data.times, times => times.length, time => time[fixed]);
    state.fixed[along] = d3.greatest(sizes[fixed], (a, b) => d3.ascending(counts.get(a), counts.get(b)) || a - b);
  }
  if (sizes.neurons.length === 1) state.along = 'samples';

  const isOn = backend => state.on.has(backend.name);

  /** Returns the times at a size of the backends that are compared, the fastest first. */
  function ranking({neurons, samples}) {
    const times = backends.filter(isOn).map(backend => at(backend.name, neurons, samples)).filter(Boolean);
    return d3.sort(times, time => time.milliseconds);
  }

  /** Whether the fastest leads by more than the intervals of both times; without intervals none does. */
  const isClear = ([first, second]) => !second
    || first.milliseconds + (first.error ?? NaN) < second.milliseconds - (second.error ?? NaN);
  const lead = ([first, second]) => (second ? second.milliseconds / first.milliseconds : NaN);
  const times = value => `${value.toFixed(value < 9.95 ? 2 : value < 99.5 ? 1 : 0)} ×`;

  function line(backend) {
    const svg = d3.create('svg').attr('width', 26).attr('height', 8).attr('aria-hidden', true);
    svg.append('path').attr('d', 'M0,4h26').attr('stroke', backend.colour).attr('stroke-width', 2.5)
      .attr('stroke-dasharray', backend.dash);
    return svg.node();
  }

  // ---- Choices ----

  function setUp() {
    byId('title').append(printable(data.title));
    byId('meaning').append(printable(data.advice));
    byId('footer').append(`spanmatch ${printable(data.spanmatch)}`);
    byId('backends').append(...backends.map(backend => {
      const box = element('input', {type: 'checkbox', name: backend.name, checked: true});
      box.addEventListener('change', () => {
        if (box.checked) state.on.add(backend.name);
        else state.on.delete(backend.name);
        draw();
      });
      return element('label', {}, box, line(backend), element('bdi', {}, printable(backend.name)));
    }));
    byId('along').addEventListener('change', () => {
      state.along = byId('along').value;
      draw();
    });
    byId('at').addEventListener('change', () => {
      state.fixed[state.along] = Number(byId('at').value);
      draw();
    });
    for (const [name, value] of Object.entries(data.setup)) {
      byId('setup').append(element('dt', {}, printable(name)),
        element('dd', {class: name === 'Command' ? 'command' : null}, element('bdi', {}, printable(value))));
    }
    byId('numbers-section').classList.toggle('wide', backends.length > 4); // across on paper
    byId('notes-section').hidden = data.leftOut.length === 0;
    byId('notes').append(...data.leftOut.map(sentence => element('li', {}, printable(sentence))));
  }

  function drawChoices() {
    const fixed = other[state.along];
    byId('along').value = state.along;
    byId('at').replaceChildren(...sizes[fixed].map(size =>
      element('option', {value: size, selected: size === state.fixed[state.along]}, UNITS[fixed](size))));
  }

  // ---- Chart ----

  /** Returns the numbers 1, 2 and 5 times powers of ten around some others. */
  function round([least, most]) {
    const steps = d3.range(Math.floor(Math.log10(least)), Math.ceil(Math.log10(most)) + 1)
      .flatMap(power => [1, 2, 5].map(digit => +`${digit}e${power}`));
    return steps.slice(d3.bisectRight(steps, least) - 1, d3.bisectLeft(steps, most) + 1);
  }

  function drawCurve() {
    const root = byId('curve');
    const {along, fixed} = state;
    const shown = data.times.filter(time => time[other[along]] === fixed[along]);
    const compared = shown.filter(time => state.on.has(time.backend));
    if (!compared.length) {
      root.replaceChildren(element('p', {class: 'note'}, 'Nothing was measured at this size with what is compared.'));
      return;
    }
    const width = Math.max(260, root.clientWidth);
    // The scale stays when backends are left out, so that lines can be compared.
    const all = round([d3.min(shown, time => time.lowest), d3.max(shown, time => time.highest)]);
    const domain = [all[0], all[all.length - 1]];
    const ticks = all.length > 9 ? all.filter(tick => /^1/.test(tick.toExponential())) : all;
    const colour = time => backends.find(backend => backend.name === time.backend).colour;
    const xs = ascending(shown.map(time => time[along]));
    const svg = Plot.plot({
      width, height: Math.min(440, 240 + width / 5), marginLeft: 56, marginRight: 20, marginTop: 24, marginBottom: 44,
      style: {fontSize: '12px', background: 'none'},
      x: {type: 'log', axis: null, domain: xs.length > 1 ? d3.extent(xs) : [xs[0] / 2, xs[0] * 2]},
      y: {type: 'log', axis: null, domain},
      marks: [
        Plot.gridY(ticks, {strokeOpacity: 0.14}),
        Plot.text(ticks, {y: tick => tick, frameAnchor: 'left', textAnchor: 'end', dx: -8, text: duration}),
        Plot.text(xs, {x: x => x, frameAnchor: 'bottom', dy: 16, text: number}),
        Plot.text([along === 'neurons' ? 'neurons of each network' : 'samples'], {frameAnchor: 'bottom', dy: 38}),
        ...backends.filter(isOn).flatMap(backend => {
          const mine = d3.sort(compared.filter(time => time.backend === backend.name), time => time[along]);
          return [
            Plot.lineY(mine, {x: along, y: 'milliseconds', stroke: backend.colour, strokeWidth: 2, strokeDasharray: backend.dash}),
            Plot.ruleX(mine, {x: along, y1: 'lowest', y2: 'highest', stroke: backend.colour, strokeWidth: 1.5, marker: 'tick'}),
          ];
        }),
        Plot.dot(compared, {x: along, y: 'milliseconds', r: 4, fill: colour, stroke: 'var(--paper)', strokeWidth: 1.25,
          title: time => `${printable(time.backend)}: ${milliseconds(time.milliseconds)} ms`}),
      ],
    });
    for (const node of svg.querySelectorAll('[aria-label]')) node.removeAttribute('aria-label');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', `Times along ${along}; the table of numbers has the values`);
    root.replaceChildren(svg);
  }

  // ---- Tables ----

  const head = (text, kind) => element('th', {scope: 'col', class: kind}, text);

  function drawFastest() {
    const rows = sizes.neurons.map(neurons => element('tr', {},
      element('th', {scope: 'row', class: 'text'}, UNITS.neurons(neurons)),
      ...sizes.samples.map(samples => fastestCell({neurons, samples}))));
    byId('fastest').replaceChildren(
      element('thead', {}, element('tr', {}, element('td'), ...sizes.samples.map(samples => head(UNITS.samples(samples), 'text')))),
      element('tbody', {}, ...rows));
  }

  function fastestCell(point) {
    const ranked = ranking(point);
    if (!ranked.length) return element('td', {class: 'text'}, '–');
    const backend = backends.find(each => each.name === ranked[0].backend);
    const cell = element('td', {
      class: isClear(ranked) ? 'text' : 'text noise', style: `--colour: ${backend.colour}`,
      'data-neurons': point.neurons, 'data-samples': point.samples, 'data-backend': backend.name,
      'data-lead': ranked[1] ? lead(ranked) : null,
    }, element('span', {class: 'swatch'}), element('bdi', {}, printable(backend.name)));
    if (ranked[1]) cell.append(` ${times(lead(ranked))}`);
    if (!isClear(ranked)) cell.append(element('span', {class: 'unseen'}, ', within noise'));
    return cell;
  }

  function drawNumbers() {
    const on = backends.filter(isOn);
    const hasShare = data.times.some(time => time.share !== null);
    const rows = points.map(point => {
      const ranked = ranking(point);
      const share = ranked[0]?.share;
      return element('tr', {'data-neurons': point.neurons, 'data-samples': point.samples},
        element('th', {scope: 'row', class: 'size'}, `${number(point.neurons)} + ${number(point.neurons)}`), element('td', {}, number(point.samples)),
        ...on.map(backend => timeCell(backend, at(backend.name, point.neurons, point.samples), ranked[0])),
        element('td', {class: 'text'}, ranked.length ? element('bdi', {}, printable(ranked[0].backend)) : '–',
          ranked.length && !isClear(ranked) ? ', within noise' : ''),
        element('td', {}, ranked[1] ? times(lead(ranked)) : '–'),
        ...(hasShare ? [element('td', {class: 'share', 'data-value': share}, share == null ? '–' : `${Math.round(100 * share)} %`)] : []));
    });
    byId('numbers').replaceChildren(
      element('thead', {}, element('tr', {}, head('Neurons'), head('Samples'),
        ...on.map(backend => head(element('bdi', {}, `${printable(backend.name)}, ms`))), head('Fastest', 'text'), head('Than the next'),
        ...(hasShare ? [head('Of the limit')] : []))),
      element('tbody', {}, ...rows));
  }

  function timeCell(backend, time, first) {
    const cell = element('td', {class: 'time', 'data-backend': backend.name});
    if (!time) {
      cell.append('–');
      return cell;
    }
    for (const key of ['milliseconds', 'lowest', 'highest']) cell.dataset[key] = time[key];
    const median = milliseconds(time.milliseconds);
    cell.append(time === first ? element('strong', {}, median) : median);
    if (time.lowest < time.highest) {
      cell.append(element('span', {class: 'range'}, `${milliseconds(time.lowest)} – ${milliseconds(time.highest)}`));
    }
    return cell;
  }

  // ---- All together ----

  function draw() {
    const start = performance.now();
    drawChoices();
    drawCurve();
    drawFastest();
    drawNumbers();
    document.documentElement.dataset.redraw = (performance.now() - start).toFixed(1);
  }

  setUp();
  draw();
  whenWidthChanges(drawCurve);
  document.documentElement.dataset.ready = performance.now().toFixed(1);
})();
