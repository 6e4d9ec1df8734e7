'use strict';

// The charts: each is laid out once for a width, by Plot where it has axes, and redrawn in place at every ε.
report.charts = (() => {
  const {
    comparisons,
    pairs,
    curvePairs,
    names,
    lines,
    epsilonLines,
    range,
    state,
    several,
    STEPS,
    isolated,
    shortName,
    pairName,
    fullName,
    sideName,
    valuesOf,
    meanOf,
    isWarned,
  } = report;
  const {byId, printable} = elements;

  const SLOPE = Math.SQRT1_2; // labels below an axis are turned by 45°
  const LETTERS = 20; // of a label
  const pen = document.createElement('canvas').getContext('2d');

  /** Returns the width of the widest of some texts in pixels. */
  function widest(texts, size) {
    pen.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
    return d3.max(texts, text => pen.measureText(text).width) ?? 0;
  }

  const style = size => ({fontSize: `${size}px`, background: 'none'});

  /** Names a whole chart; Plot names groups of marks, which may have no name without a role. */
  function named(svg, role, label) {
    for (const node of svg.querySelectorAll('[aria-label]')) node.removeAttribute('aria-label');
    return d3.select(svg).attr('role', role).attr('aria-label', label);
  }

  const triangle = (x, y, size) => `M${x},${y}l${size / 2},${size * 0.9}h${-size}z`;

  // ---- Curve across layers ----

  const curve = {next: nextOnCurve, layOut: layOutCurve, draw: drawCurve};

  function layOutCurve() {
    curve.range = range();
    const name = 'Lines across layers; arrow keys move from layer to layer, Enter shows its neurons';
    const svg = acrossLayers(byId('curve'), curve, name, {domain: curve.range}, [
      Plot.gridY({ticks: 5, strokeOpacity: 0.14}),
      Plot.axisY({ticks: 5, label: null, tickSize: 0, tickFormat: '.1f'}),
      Plot.ruleY([0], {strokeOpacity: 0.5}),
    ]);
    curve.series = svg.append('g').attr('class', 'all-series');
  }

  /**
   * Lays a chart out whose x are the pairs of layers: with their names, and with a place for each, which takes the
   * pointer and the focus.
   *
   * @param chart gets the positions and the places
   * @returns a selection of the chart
   */
  function acrossLayers(root, chart, name, scale, marks) {
    const width = Math.max(260, root.clientWidth);
    const labels = curvePairs.map(pair => pairName(pair, LETTERS));
    const size = widest(labels, 12);
    const flat = size + 12 < (width - 44) / labels.length;
    // The first label, turned, ends at the middle of its layer and mustn't stick out on the left.
    const left = flat ? 34 : Math.max(34, size * SLOPE + 4 - (width - 34) / labels.length / 2);
    const bottom = flat ? 28 : 24 + size * SLOPE;
    const step = (width - left - 8) / labels.length;
    const svg = Plot.plot({
      width,
      height: 282 + bottom,
      marginLeft: left,
      marginRight: 8,
      marginTop: 20,
      marginBottom: bottom,
      style: style(12),
      x: {type: 'point', domain: d3.range(labels.length), padding: 0.5, axis: null},
      y: scale,
      marks: [...marks, curveLabels(labels, flat, step, scale.domain[0])],
    });
    Object.assign(chart, {x: svg.scale('x').apply, y: svg.scale('y').apply, step});
    const picture = named(svg, 'group', name);
    addPlaces(picture, chart, scale.domain);
    root.replaceChildren(svg);
    return picture;
  }

  function curveLabels(labels, flat, step, lowest) {
    return Plot.text(d3.range(0, labels.length, flat ? 1 : Math.ceil(14 / step)), {
      x: i => i,
      y: () => lowest,
      dy: 14,
      text: i => labels[i],
      title: i => fullName(curvePairs[i]),
      rotate: flat ? 0 : -45,
      textAnchor: flat ? 'middle' : 'end',
    });
  }

  function addPlaces(picture, chart, [low, high]) {
    const {x, y, step} = chart;
    const warned = curvePairs.map((pair, i) => (isWarned(pair) ? triangle(x(i), 3, 10) : ''));
    picture.append('path').attr('class', 'warned').attr('d', warned.join(''));
    chart.places = picture
      .append('g')
      .selectAll('rect')
      .data(curvePairs)
      .join('rect')
      .attr('class', 'layer place')
      .attr('data-layer', pair => pair.index)
      .attr('x', (_, i) => x(i) - step / 2)
      .attr('y', y(high) - 2)
      .attr('width', step)
      .attr('height', y(low) - y(high) + 2);
  }

  function nextOnCurve(pair, key) {
    const at = curvePairs.indexOf(pair);
    const last = curvePairs.length - 1;
    return curvePairs[
      {ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last}[key]
    ];
  }

  function drawCurve() {
    // The first line lies above the others.
    const on = lines.filter(line => state.on.has(line.name)).reverse();
    curve.series
      .selectAll('g')
      .data(on, line => line.name)
      .join(enter =>
        enter
          .append('g')
          .attr('class', line => `series ${line.name}`)
          .style('--colour', line => `var(--${line.colour})`),
      )
      .order()
      .each(drawSeries);
  }

  function drawSeries(line) {
    const group = d3.select(this);
    const points = curvePairs.map((pair, i) => ({pair, x: curve.x(i), values: valuesOf(pair, line)}));
    const shown = points.filter(point => point.values.length > 0);
    const y = of => point => curve.y(of(point.values));
    const main = line === lines[0] && (several || epsilonLines.length > 0);
    const has = point => point.values.length > 0;
    const x = point => point.x;
    draw(group, 'band', several && main ? [d3.area(x, y(d3.min), y(d3.max)).defined(has)(points)] : []);
    draw(group, 'each', several && main ? comparisons.map((_, c) => lineOf(c, line)) : []);
    draw(group, 'mean', [d3.line(x, y(d3.mean)).defined(has)(points)]).attr('stroke-dasharray', line.dash);
    draw(group, 'interval', main && !several ? [intervals(points)] : []);
    const circles = (name, data, radius) =>
      group
        .selectAll(`circle.${name}`)
        .data(data)
        .join('circle')
        .attr('class', name)
        .attr('r', radius)
        .attr('cx', x)
        .attr('cy', y(d3.mean));
    const ofSome = (name, point) => point.pair.each.some(({layer}) => layer[name](state.epsilon));
    circles('dot', shown, Math.min(main ? 4.5 : 2.5, curve.step / 4)).classed(
      'weak',
      point => main && ofSome('isWeak', point),
    );
    circles(
      'unsure',
      main ? shown.filter(point => ofSome('isUnsure', point)) : [],
      Math.min(8, curve.step / 2),
    );
  }

  const draw = (group, name, shapes) =>
    group
      .selectAll(`path.${name}`)
      .data(shapes)
      .join('path')
      .attr('class', name)
      .attr('d', shape => shape);

  function lineOf(comparison, line) {
    const values = curvePairs
      .map(pair => pair.each.find(each => each.comparison === comparison))
      .map(each => (each ? line.value(each.layer, state.epsilon) : NaN));
    return d3
      .line(
        (_, i) => curve.x(i),
        value => curve.y(value),
      )
      .defined(Number.isFinite)(values);
  }

  /** Returns the 95 % confidence intervals, which the result has at its own ε. */
  function intervals(points) {
    return points
      .map(({pair, x}) => {
        const interval = pair.each[0].layer.match(state.epsilon)?.confidence;
        return interval ? `M${x},${curve.y(interval.low)}V${curve.y(interval.high)}` : '';
      })
      .join('');
  }

  // ---- Map of all pairs of layers ----

  const map = {next: nextOnMap, layOut: layOutMap, draw: drawMap};
  const viridis = d3.range(257).map(k => d3.interpolateViridis(k / 256));
  const DARK = 0.43; // on the colours up to this value white is read more easily than black

  function layOutMap() {
    const root = byId('map');
    const width = Math.max(260, root.clientWidth);
    const letters = width < 480 ? 14 : 24;
    const labels = names.map((side, i) => side.map(name => isolated(shortName(i, name, letters))));
    const left = 30 + widest(labels[0], 11.5);
    const bottom = 34 + widest(labels[1], 11.5) * SLOPE;
    const cell = (width - left - 4) / names[1].length;
    const height = names[0].length * Math.min(34, Math.max(9, cell));
    const svg = Plot.plot({
      width,
      height: height + bottom + 8,
      marginLeft: left,
      marginRight: 4,
      marginTop: 8,
      marginBottom: bottom,
      padding: 0,
      style: style(11.5),
      x: {type: 'band', domain: names[1], axis: null},
      y: {type: 'band', domain: names[0], axis: null},
      marks: [
        mapLabels(0, labels, height / names[0].length, {y: i => names[0][i], frameAnchor: 'left', dx: -7}),
        mapLabels(1, labels, cell, {x: i => names[1][i], frameAnchor: 'bottom', dy: 9, rotate: -45}),
        Plot.text([sideName(0)], {
          frameAnchor: 'left',
          dx: 8 - left,
          rotate: -90,
          textAnchor: 'middle',
          fontWeight: 600,
        }),
        Plot.text([sideName(1)], {frameAnchor: 'bottom', dy: bottom - 4, fontWeight: 600}),
        Plot.frame({strokeOpacity: 0.25}),
      ],
    });
    const name = 'Map of all pairs of layers; arrow keys move from pair to pair, Enter shows its neurons';
    addCells(named(svg, 'group', name), svg.scale('x'), svg.scale('y'));
    root.replaceChildren(svg);
  }

  /** Labels as many layers of one side as there is room for. */
  function mapLabels(side, labels, room, options) {
    return Plot.text(d3.range(0, names[side].length, Math.ceil(13 / room)), {
      text: i => labels[side][i],
      title: i => printable(names[side][i]),
      textAnchor: 'end',
      ...options,
    });
  }

  function addCells(picture, x, y) {
    const width = x.bandwidth;
    const height = y.bandwidth;
    const left = pair => x.apply(pair.y);
    const top = pair => y.apply(pair.x);
    map.place = selection =>
      selection.attr('x', left).attr('y', top).attr('width', width).attr('height', height);
    const cells = picture
      .append('g')
      .attr('shape-rendering', 'crispEdges')
      .selectAll('rect')
      .data(pairs)
      .join('rect')
      .attr('class', 'layer cell')
      .attr('data-layer', pair => pair.index)
      .attr('data-x', pair => pair.x)
      .attr('data-y', pair => pair.y);
    map.cells = cells.call(map.place).nodes();
    map.colours = [];
    map.values = picture
      .append('g')
      .attr('class', 'values')
      .selectAll('text')
      .data(width > 33 && height > 15 ? pairs : [])
      .join('text')
      .attr('x', pair => left(pair) + width / 2)
      .attr('y', pair => top(pair) + height / 2)
      .attr('dy', '0.35em');
    const size = Math.min(7, width / 2, height / 2);
    const warned = pairs
      .filter(isWarned)
      .map(pair => triangle(left(pair) + width - size * 0.75, top(pair) + size / 4, size));
    picture.append('path').attr('class', 'warned-cells').attr('d', warned.join(''));
    map.marks = ['halo', 'line'].map(name => picture.append('rect').attr('class', `chosen ${name}`));
  }

  /** Skips cells without a pair, since layers of other samples aren't compared. */
  function nextOnMap(pair, key) {
    const row = pairs.filter(other => other.x === pair.x);
    const column = pairs.filter(other => other.y === pair.y);
    const after = (list, by) => list[list.indexOf(pair) + by];
    switch (key) {
      case 'ArrowRight':
        return after(row, 1);
      case 'ArrowLeft':
        return after(row, -1);
      case 'ArrowDown':
        return after(column, 1);
      case 'ArrowUp':
        return after(column, -1);
      case 'Home':
        return row[0];
      default:
        return row[row.length - 1];
    }
  }

  function drawMap() {
    const line = lines.find(each => each.name === state.quantity);
    const values = pairs.map(pair => meanOf(pair, line));
    map.cells.forEach((cell, i) => {
      const colour = Number.isFinite(values[i]) ? viridis[Math.round(Math.min(1, Math.max(0, values[i])) * 256)] : 'none';
      if (map.colours[i] === colour) return; // most keep theirs from one step of the slider to the next
      map.colours[i] = colour;
      cell.setAttribute('fill', colour);
    });
    map.values
      .attr('fill', pair => (values[pair.index] > DARK ? '#000' : '#fff'))
      .text(pair => (Number.isFinite(values[pair.index]) ? values[pair.index].toFixed(2) : ''));
  }

  function mapKey() {
    const key = Plot.legend({
      color: {type: 'linear', scheme: 'viridis', domain: [0, 1]},
      width: 200,
      height: 30,
      marginTop: 0,
      marginLeft: 10,
      marginRight: 10,
      marginBottom: 18,
      ticks: 5,
      tickSize: 4,
      style: style(11.5),
    });
    named(key, 'img', 'Colours from 0, dark, to 1, light');
    return key;
  }

  // ---- Which layer is shown ----

  function markShown(pair) {
    for (const {places} of [curve, charts.sizes ?? {}]) {
      places?.classed('shown', each => each === pair).classed('pinned', each => each === state.pinned);
    }
    for (const rect of map.marks ?? []) {
      rect
        .attr('display', pair ? null : 'none')
        .data(pair ? [pair] : [])
        .call(map.place);
    }
  }

  // ---- Small charts ----

  const BINS = 50;

  /** Returns the distribution of the match levels of a layer, those up to ε coloured, and that of chance. */
  function distribution(layer) {
    const bins = key =>
      d3.pairs(d3.range(BINS + 1).map(k => k / BINS)).map(([from, to]) => ({
        from,
        to,
        count: layer.count(key, to) - (from ? layer.count(key, from) : 0),
      }));
    const matches = bin => bin.to <= state.epsilon + 1e-9;
    const chance = layer.count('chance', 1) !== undefined;
    const svg = Plot.plot({
      width: 262,
      height: 116,
      marginLeft: 8,
      marginRight: 10,
      marginTop: 16,
      marginBottom: 20,
      style: style(11),
      x: {domain: [0, 1], label: null, ticks: 5, tickSize: 3},
      y: {axis: null},
      marks: [
        Plot.rectY(bins('levels'), {
          x1: 'from',
          x2: 'to',
          y: 'count',
          insetLeft: 0.5,
          insetRight: 0.5,
          fill: bin => (matches(bin) ? 'var(--similarity)' : 'var(--muted)'),
          fillOpacity: bin => (matches(bin) ? 1 : 0.5),
        }),
        chance &&
          Plot.lineY(bins('chance'), {
            x: bin => (bin.from + bin.to) / 2,
            y: 'count',
            curve: 'step',
            stroke: 'var(--chance)',
            strokeDasharray: '2 3',
          }),
        Plot.ruleY([0]),
        Plot.ruleX([state.epsilon], {stroke: 'var(--ink)', insetTop: -4}),
        Plot.text(['ε'], {x: state.epsilon, frameAnchor: 'top', dy: -14, fontStyle: 'italic'}),
      ],
    });
    named(svg, 'img', 'Distribution of the match levels');
    return svg;
  }

  /** Draws the mean similarity at every ε above the slider, so that one sees where to drag it. */
  function drawSpectrum(root) {
    const layers = (curvePairs.length ? curvePairs : pairs)
      .flatMap(pair => pair.each.map(({layer}) => layer))
      .filter(layer => layer.living > 0);
    const means = d3
      .range(STEPS + 1)
      .map(k => d3.mean(layers, layer => layer.count('levels', k / STEPS) / layer.all));
    const svg = d3
      .create('svg')
      .attr('viewBox', `0 -1 ${STEPS} 1`)
      .attr('preserveAspectRatio', 'none')
      .attr('aria-hidden', true);
    svg
      .append('path')
      .attr('class', 'area')
      .attr(
        'd',
        d3.area(
          (_, k) => k,
          0,
          mean => -mean,
        )(means),
      );
    svg
      .append('path')
      .attr('class', 'edge')
      .attr(
        'd',
        d3.line(
          (_, k) => k,
          mean => -mean,
        )(means),
      );
    root.replaceChildren(svg.node());
  }

  const charts = {curve, map, mapKey, markShown, distribution, drawSpectrum, acrossLayers, named};
  return charts;
})();
