'use strict';

/**
 * The report's data and what the reader has chosen, without any drawing. Names of files, networks and layers may
 * have any characters: they are made printable and reach the document as text only.
 */
const report = (() => {
  const {byId, printable} = elements;
  const data = JSON.parse(byId('data').textContent);
  const STEPS = 200; // counts are given at k / 200

  // ---- Text ----

  /** Keeps a right-to-left name from turning the text around it. */
  const isolated = text => `\u2068${text}\u2069`;

  const share = value => (Number.isFinite(value) ? value.toFixed(4) : '–');
  const number = new Intl.NumberFormat('en', {maximumFractionDigits: 6}).format;
  const count = value => (Number.isFinite(value) ? number(value) : '–');

  /** Leaves out the middle of a long text. */
  function cut(text, length) {
    const all = Array.from(text);
    if (all.length <= length) return text;
    const head = Math.floor(length / 2);
    return all.slice(0, head).join('') + '…' + all.slice(all.length - (length - head - 1)).join('');
  }

  function commonStart(words) {
    let length = 0;
    while (words.every(word => length < word.length && word[length] === words[0][length])) length++;
    return length;
  }

  /** Leaves out parts of the common ends of words, keeping as much next to the differences as fits. */
  function withShorterEnds(words, length) {
    const prefix = commonStart(words);
    const suffix = commonStart(words.map(word => word.slice(prefix).reverse()));
    const room = Math.max(0, length - 2 - (d3.max(words, word => word.length) - prefix - suffix));
    const keptPrefix = Math.min(prefix, Math.max(Math.floor(room / 2), room - suffix));
    const from = prefix - keptPrefix;
    const end = suffix - Math.min(suffix, room - keptPrefix);
    return words.map(word => [from ? '…' : '', ...word.slice(from, word.length - end), end ? '…' : '']);
  }

  /** Returns a short form of each of some different names; short forms differ, if need be by a number. */
  function shortened(names, length) {
    const texts = names.map(printable);
    let words = texts.map(text => Array.from(text));
    if (names.length > 1 && words.some(word => word.length > length)) words = withShorterEnds(words, length);
    const short = words.map(word => cut(word.join(''), length));
    const differ = new Set(short).size === names.length;
    return new Map(
      names.map((name, i) => [name, differ ? short[i] : `${i + 1}: ${cut(texts[i], length - 4)}`]),
    );
  }

  // ---- Numbers of neurons ----

  function bytes(base64) {
    const text = atob(base64);
    const result = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) result[i] = text.charCodeAt(i);
    return result;
  }

  function doubles(base64) {
    const view = new DataView(bytes(base64).buffer);
    return Float64Array.from({length: view.byteLength / 8}, (_, i) => view.getFloat64(8 * i, true));
  }

  /**
   * Returns the counts at 0, 1/200 … 1 from their increments, in unsigned LEB128: a zero is followed by how many more
   * there are, and nothing follows the last neuron.
   */
  function cumulated(base64) {
    const increments = bytes(base64);
    let at = 0;
    function next() {
      let value = 0;
      let shift = 0;
      do {
        value += (increments[at] & 127) << shift;
        shift += 7;
      } while (increments[at++] & 128);
      return value;
    }
    const counts = new Uint32Array(STEPS + 1);
    let count = 0;
    for (let k = 0; k <= STEPS; k++) {
      const increment = at < increments.length ? next() : 0;
      const more = increment === 0 && at < increments.length ? next() : 0;
      count += increment;
      counts.fill(count, k, k + more + 1);
      k += more;
    }
    return counts;
  }

  /** Returns the function from ε to the number of neurons with at most that value, or null without values. */
  function counter(layer, key) {
    if (layer[key]) {
      const both = layer[key].map(doubles);
      const sorted = Float64Array.from([...both[0], ...both[1]].filter(value => !Number.isNaN(value))).sort();
      return epsilon => d3.bisectRight(sorted, epsilon);
    }
    if (!layer.counts?.[key]) return null;
    const counts = cumulated(layer.counts[key]);
    return epsilon => counts[Math.floor(epsilon * STEPS + 1e-9)];
  }

  const NEAR = 0.02; // between ε and a jump
  const LARGE = 0.1; // change of the similarity

  /** A pair of layers in one comparison; its values are decoded when they are first needed. */
  class Layer {
    #counters = {};

    constructor(record) {
      Object.assign(this, record);
      this.all = record.neurons[0] + record.neurons[1];
      this.living = this.all - record.dead[0] - record.dead[1];
    }

    /** Returns how many neurons of both networks have a value of at most ε; undefined without values. */
    count(key, epsilon) {
      if (!(key in this.#counters)) this.#counters[key] = counter(this, key);
      return this.#counters[key]?.(epsilon);
    }

    /** The match of the result at exactly this ε. */
    match(epsilon) {
      return this.matches?.find(match => match.epsilon === epsilon);
    }

    /** Returns the numbers of both networks' matching neurons, or null if the report doesn't have them. */
    members(epsilon) {
      const ids = levels =>
        [...doubles(levels).entries()].filter(([, level]) => level <= epsilon).map(([id]) => id);
      return this.match(epsilon)?.members ?? this.levels?.map(ids) ?? null;
    }

    /** Whether neurons may match or not at this ε, as far as the result says so. */
    isUnsure(epsilon) {
      const {borderline = [], undecidable = []} = this.match(epsilon) ?? {};
      return [...borderline, ...undecidable].some(ids => ids.length > 0);
    }

    /** Whether the similarity at this ε says little, since it jumps close by. */
    jumpsNear(epsilon) {
      const {jump} = this;
      return jump && Math.abs(jump.epsilon - epsilon) <= NEAR && jump.to - jump.from >= LARGE;
    }

    /** Whether the similarity claims something that chance reaches as well. */
    isWeak(epsilon) {
      const similarity = LINES.similarity.value(this, epsilon);
      return similarity > 0 && epsilon < 1 && similarity <= LINES.chance.value(this, epsilon);
    }
  }

  const simpleSize = match => match.members[0].length + match.members[1].length;
  /** Returns the numbers of neurons of the simple matches of a layer. */
  const simpleSizes = layer => (layer.simple?.matches ?? []).map(simpleSize);

  /** A match of the result says it exactly; at other ε neurons are counted. */
  function valueAt(layer, epsilon, name, key, of) {
    const found = layer.match(epsilon)?.[name];
    return found ?? layer.count(key, epsilon) / layer[of];
  }

  // The lines of the curve, which are columns and colours of the map too: a value of a layer at an ε, or NaN.
  const LINES = {
    similarity: {
      label: 'Similarity',
      colour: 'similarity',
      dash: null,
      value: (layer, epsilon) => valueAt(layer, epsilon, 'similarity', 'levels', 'all'),
    },
    coverage: {
      label: 'Coverage',
      colour: 'coverage',
      dash: '8 3',
      value: (layer, epsilon) => valueAt(layer, epsilon, 'coverage', 'full', 'living'),
    },
    chance: {
      label: 'Chance',
      colour: 'chance',
      dash: '2 4',
      value: (layer, epsilon) => valueAt(layer, epsilon, 'chance', 'chance', 'all'),
    },
    heldOut: {
      label: 'Held out',
      colour: 'line1',
      dash: '8 3 2 3',
      value: (layer, epsilon) => layer.match(epsilon)?.heldOut?.share ?? NaN,
    },
  };
  for (const [name, line] of Object.entries(LINES)) line.name = name;

  // Measures have the same value at every ε. Each has another colour or dash than the others.
  const COLOURS = ['line1', 'line2', 'line3', 'line4'];
  const DASHES = [null, '8 3', '2 4', '8 3 2 3'];
  const MEASURES = (data.measures ?? []).map(({name, title, description, scale}, i) => ({
    name,
    scale,
    label: title[0].toUpperCase() + title.slice(1),
    title: description,
    colour: COLOURS[i % COLOURS.length],
    dash: DASHES[Math.floor(i / COLOURS.length) % DASHES.length],
    value: layer => layer.measures?.[name] ?? NaN,
  }));

  // What simple matches add to the numbers of a layer.
  const SIMPLE = [
    {name: 'simple', label: 'Simple matches', text: count, value: layer => layer.simple?.matches.length ?? NaN},
    {name: 'smallest', label: 'Smallest', text: count, value: layer => d3.min(simpleSizes(layer)) ?? NaN},
    {name: 'largest', label: 'Largest', text: count, value: layer => d3.max(simpleSizes(layer)) ?? NaN},
  ];

  // ---- Layers ----

  const comparisons = data.comparisons.map(each => ({
    ...each,
    layers: each.layers.map(layer => new Layer(layer)),
  }));
  const unique = values => [...new Set(values)];

  /** The pairs of layers in file order, each with its layer in every comparison that has it. */
  const pairs = (() => {
    const found = new Map();
    for (const [comparison, {layers}] of comparisons.entries()) {
      for (const layer of layers) {
        const key = JSON.stringify([layer.x, layer.y]);
        if (!found.has(key)) found.set(key, {index: found.size, x: layer.x, y: layer.y, each: []});
        found.get(key).each.push({comparison, layer});
      }
    }
    return [...found.values()];
  })();

  /** The different layers of the first and of the second networks. */
  const names = [unique(pairs.map(pair => pair.x)), unique(pairs.map(pair => pair.y))];
  const oneToOne = names.every(side => side.length === pairs.length);
  /** The pairs that make a line: all, or those of equal names where layers have several partners. */
  const curvePairs = oneToOne ? pairs : pairs.filter(pair => pair.x === pair.y);

  const known = new Map();
  /** Returns the short form of a layer's name among all layers of that network. */
  function shortName(side, name, length) {
    const key = `${side} ${length}`;
    if (!known.has(key)) known.set(key, shortened(names[side], length));
    return known.get(key).get(name);
  }

  const both = (pair, of) => (pair.x === pair.y ? of(0, pair.x) : `${of(0, pair.x)} · ${of(1, pair.y)}`);
  const pairName = (pair, length) => both(pair, (side, name) => isolated(shortName(side, name, length)));
  const fullName = pair => both(pair, (side, name) => isolated(printable(name)));

  const shortNetworks = shortened(unique(data.networks.map(network => network.name)), 40);
  const networkName = network => shortNetworks.get(data.networks[network].name);
  const comparisonName = c =>
    `${isolated(networkName(comparisons[c].x))} · ${isolated(networkName(comparisons[c].y))}`;

  /** Returns what the layers of one side are of, for an axis or a column. */
  function sideName(side) {
    const networks = unique(comparisons.map(({x, y}) => [x, y][side]));
    return networks.length === 1
      ? isolated(networkName(networks[0]))
      : ['first network', 'second network'][side];
  }

  const layers = comparisons.flatMap(comparison => comparison.layers);
  const hasValues = line =>
    layers.some(layer => [...data.epsilons, 1].some(epsilon => Number.isFinite(line.value(layer, epsilon))));
  const epsilonLines = Object.values(LINES).filter(hasValues);
  const measures = MEASURES.filter(hasValues);
  // A number of dimensions is no height among similarities, and there are not two of it to compare in a cell.
  const lines = [...epsilonLines, ...measures.filter(measure => measure.scale !== 'size')];
  const columns = [...epsilonLines, ...measures, ...SIMPLE.filter(hasValues)];

  const extents = new Map(measures.map(line => [line.name, d3.extent(layers, line.value)]));
  /** Returns the lowest and the highest value of the lines that are drawn, at any ε, and at least 0 and 1. */
  function range() {
    const values = lines.filter(line => state.on.has(line.name)).flatMap(line => extents.get(line.name) ?? []);
    return [Math.min(0, Math.floor(5 * d3.min(values)) / 5 || 0), Math.max(1, Math.ceil(5 * d3.max(values)) / 5 || 1)];
  }

  const simpleEpsilons = unique(layers.flatMap(layer => layer.simple?.epsilon ?? []));
  /** At which ε simple matches were searched for, wherever the slider stands. */
  const simpleTitle = `Simple matches at ε = ${simpleEpsilons.map(number).join(', ')}`;
  SIMPLE[0].label = simpleTitle;

  // ---- ε ----

  const isCounted = layers.some(layer => layer.counts);
  const isExact = layers.some(layer => layer.levels);
  /** The only ε with numbers, ascending; null if every ε has some. */
  const stops = isExact
    ? null
    : d3.sort(unique([...data.epsilons, ...(isCounted ? d3.range(STEPS + 1).map(k => k / STEPS) : [])]));
  const nearest = epsilon => (stops ? stops[d3.leastIndex(stops, stop => Math.abs(stop - epsilon))] : epsilon);

  // ---- State ----

  const usual = epsilonLines.length
    ? ['similarity', 'chance'].filter(name => epsilonLines.includes(LINES[name]))
    : lines.map(line => line.name);
  const state = {
    epsilon: data.epsilons.includes(0.3) ? 0.3 : (data.epsilons[Math.floor(data.epsilons.length / 2)] ?? 0.3),
    on: new Set(usual), // the names of the lines that are drawn
    quantity: usual[0], // the name of the line that colours the map
    pinned: null, // the pair that was clicked
    hovered: null, // the pair under the pointer or with the focus
    comparison: 0, // which of several comparisons the details show
  };

  const valuesOf = (pair, line) =>
    pair.each.map(({layer}) => line.value(layer, state.epsilon)).filter(Number.isFinite);
  const meanOf = (pair, line) => d3.mean(valuesOf(pair, line)) ?? NaN;

  return {
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
    simpleSize,
    simpleTitle,
    stops,
    state,
    usual,
    STEPS,
    several: comparisons.length > 1,
    spectrum: isExact || isCounted,
    isolated,
    share,
    number,
    cut,
    shortName,
    pairName,
    fullName,
    networkName,
    comparisonName,
    sideName,
    nearest,
    valuesOf,
    meanOf,
    isWarned: pair => pair.each.some(({layer}) => layer.warnings.length > 0),
  };
})();
