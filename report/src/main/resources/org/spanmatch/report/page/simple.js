'use strict';

// The charts of simple matches: their sizes across layers, and which neuron of a layer is in which of them.
report.charts.sizes = (() => {
  const {byId, printable} = elements;
  const {pairs, curvePairs, state, several, number, isolated, networkName, simpleSize} = report;
  const {acrossLayers, named} = report.charts;

  const sizes = {has: pairs.some(pair => pair.each.some(({layer}) => layer.simple)), layOut, drawMembers};
  const matchesOf = pair => pair.each.flatMap(({layer}) => layer.simple?.matches ?? []);

  // ---- Sizes ----

  /** Returns the numbers 1, 2 and 5 times powers of ten up to another one. */
  const round = most =>
    d3.range(Math.ceil(Math.log10(most)) + 1).flatMap(power => [1, 2, 5].map(digit => digit * 10 ** power))
      .filter(tick => tick <= most);

  function layOut() {
    const points = curvePairs.flatMap((pair, i) =>
      d3.rollups(matchesOf(pair), matches => matches.length, simpleSize).map(([size, count]) => ({i, pair, size, count})));
    const most = (d3.max(points, point => point.size) ?? 2) * 1.25;
    const ticks = round(most);
    const svg = acrossLayers(byId('sizes'), sizes,
      'Sizes of the simple matches across layers; arrow keys move from layer to layer, Enter shows the members',
      {type: 'log', domain: [1, most], axis: null}, [
        Plot.gridY(ticks, {strokeOpacity: 0.14}),
        Plot.text(ticks, {y: tick => tick, frameAnchor: 'left', textAnchor: 'end', dx: -6, text: number}),
        Plot.ruleY([1], {strokeOpacity: 0.5}),
      ]);
    const largest = Math.min(13, sizes.step / 2 - 1);
    const count = d3.max(points, point => point.count) ?? 1;
    const radius = d3.scaleSqrt([1, Math.max(2, count)], [Math.min(2.5, largest), Math.min(largest, 2.5 + 1.5 * Math.sqrt(count))]);
    svg.append('g').attr('class', 'sizes').selectAll('circle').data(points).join('circle')
      .attr('cx', point => sizes.x(point.i)).attr('cy', point => sizes.y(point.size)).attr('r', point => radius(point.count));
    if (sizes.step > 26) {
      svg.append('g').attr('class', 'counts').selectAll('text').data(curvePairs).join('text')
        .attr('x', (_, i) => sizes.x(i)).attr('y', 12)
        .text(pair => (pair.each.some(({layer}) => layer.simple) ? number(matchesOf(pair).length) : '–'));
    }
    byId('sizes-note').textContent = [
      'Neurons of both networks in a simple match; larger circles are more matches of that size.',
      sizes.step > 26 && 'Above: how many matches the layer has.',
      several && 'Those of all pairs of networks.',
    ].filter(Boolean).join(' ');
  }

  // ---- Members ----

  const MOST = 400; // rows, beyond which they can't be told apart

  let drawn = []; // the layer whose members are there, and for which width
  function drawMembers(layer, comparison) {
    const root = byId('members');
    const wanted = [layer, root.clientWidth];
    if (wanted.every((value, i) => value === drawn[i])) return;
    drawn = wanted;
    const {simple} = layer ?? {};
    byId('simple-match').textContent = '';
    if (!simple) {
      root.replaceChildren();
      return;
    }
    const matches = simple.matches.slice(0, MOST);
    if (!matches.length) {
      byId('simple-match').textContent = 'This layer has no simple match.';
      root.replaceChildren();
      return;
    }
    root.replaceChildren(members(simple, matches, [comparison.x, comparison.y].map(networkName)));
    say(simple, null);
  }

  /** Says what a row is, or what all rows are. */
  function say(simple, match) {
    const {matches, epsilon} = simple;
    const list = (ids, side) => `${'xy'[side]} ${ids.join(' ') || '–'}`;
    byId('simple-match').textContent = match
      ? `${number(simpleSize(match))} neurons, ε = ${match.epsilon.toFixed(4)}: ${match.members.map(list).join('; ')}`
      : `A row is a simple match at ε = ${number(epsilon)}, with the ε that it needs and its size; a column is a neuron that ` +
        `matches.${matches.length > MOST ? ` The ${MOST} smallest of ${number(matches.length)} are shown.` : ''} Point at a row ` +
        'for its neurons.';
  }

  /** Draws a row for each match and a column for each neuron of the maximum match, first those of x. */
  function members(simple, matches, networks) {
    const width = Math.max(260, byId('members').clientWidth);
    const row = Math.min(18, Math.max(2, 560 / matches.length));
    const left = 86;
    const [xs, ys] = simple.maximum;
    const gap = 10;
    const column = Math.min(18, (width - left - gap - 2) / (xs.length + ys.length));
    const starts = [left, left + xs.length * column + gap];
    const top = 58;
    const height = top + matches.length * row + 2;
    const svg = d3.create('svg').attr('width', width).attr('height', height).attr('viewBox', [0, 0, width, height])
      .attr('class', 'members');
    const y = i => top + i * row;
    const every = Math.ceil(13 / row);
    svg.append('text').attr('x', left - 8).attr('y', top - 8).attr('text-anchor', 'end').text('ε · size');
    svg.append('g').attr('text-anchor', 'end').selectAll('text').data(d3.range(0, matches.length, every)).join('text')
      .attr('x', left - 8).attr('y', i => y(i) + row / 2).attr('dy', '0.35em')
      .text(i => `${matches[i].epsilon.toFixed(4)} · ${simpleSize(matches[i])}`);
    simple.maximum.forEach((ids, side) => {
      const place = new Map(ids.map((id, i) => [id, i]));
      const start = starts[side];
      svg.append('rect').attr('class', 'field').attr('x', start).attr('y', top).attr('width', ids.length * column)
        .attr('height', matches.length * row);
      svg.append('text').attr('class', 'network').attr('x', start).attr('y', 18)
        .text(cutTo(networks[side], ids.length * column + (side ? width - start - ids.length * column : 0)));
      const step = Math.ceil(12 / column);
      svg.append('g').attr('class', 'ids').selectAll('text').data(d3.range(0, ids.length, step)).join('text')
        .attr('transform', i => `translate(${start + (i + 0.5) * column},${top - 6})rotate(-90)`).attr('dy', '0.35em')
        .text(i => ids[i]);
      svg.append('path').attr('class', `side side-${side}`)
        .attr('d', matches.map((match, i) => runs(match.members[side].map(id => place.get(id)))
          .map(([from, to]) => rectangle(start + from * column, y(i), (to - from) * column, row)).join('')).join(''));
    });
    const rows = svg.append('g').selectAll('rect').data(matches).join('rect').attr('class', 'match')
      .attr('x', 0).attr('y', (_, i) => y(i)).attr('width', width).attr('height', row)
      .attr('data-epsilon', match => match.epsilon).attr('data-size', simpleSize)
      .attr('data-x', match => match.members[0].join(' ')).attr('data-y', match => match.members[1].join(' '));
    rows.on('pointerenter', (_, match) => say(simple, match));
    svg.on('pointerleave', () => say(simple, null));
    named(svg.node(), 'group', 'Members of the simple matches; arrow keys move from match to match');
    makeStops(svg, rows.nodes(), simple);
    return svg.node();
  }

  /** Returns ranges of successive places, in any order. */
  function runs(places) {
    const found = [];
    for (const place of d3.sort(places)) {
      const last = found[found.length - 1];
      if (last && last[1] === place) last[1]++;
      else found.push([place, place + 1]);
    }
    return found;
  }

  /** Leaves lines between cells that are large enough. */
  function rectangle(x, y, width, height) {
    const inset = height > 6 ? 0.5 : 0;
    return `M${x + inset},${y + inset}h${width - 2 * inset}v${height - 2 * inset}h${2 * inset - width}z`;
  }

  const cutTo = (name, width) => isolated(report.cut(printable(name), Math.max(3, Math.floor(width / 7.5))));

  /** Makes the rows one stop of the tab key, within which the arrow keys move. */
  function makeStops(svg, rows, simple) {
    const stop = i => {
      const {members: [x, y], epsilon} = simple.matches[i];
      rows.forEach(row => ['tabindex', 'role', 'aria-label'].forEach(name => row.removeAttribute(name)));
      rows[i].setAttribute('tabindex', 0);
      rows[i].setAttribute('role', 'img');
      rows[i].setAttribute('aria-label', `Match ${i + 1} of ${rows.length}: ${x.length} and ${y.length} neurons, ε ${epsilon.toFixed(4)}`);
      return rows[i];
    };
    stop(0);
    svg.on('focusin', event => rows.includes(event.target) && say(simple, simple.matches[rows.indexOf(event.target)]));
    svg.on('keydown', event => {
      const at = rows.indexOf(event.target);
      const to = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1}[event.key];
      if (at < 0 || !rows[to]) return;
      stop(to).focus();
      event.preventDefault();
    });
  }

  return sizes;
})();
