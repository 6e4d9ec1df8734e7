package org.spanmatch.kernel.cuda.gram;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceEvent;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.DeviceStream;

/**
 * Some rows of the Gram matrix G = AᵀA of the activation vectors A of some layers side by side, on
 * one device: of each row the elements from the diagonal on; and the moments of all neurons.
 *
 * <p>Samples come in panels, which are added up in the order in which they come. With m neurons, a
 * panel of b samples and r rows it takes {@code 8·(r·m + 2·b·m)} bytes, there being two panels.
 */
public final class GramStrip {
  /** Samples of a panel where memory allows; the error bound of G grows with it. */
  public static final int PANEL = 2048;

  // Elements that are added or fetched at a time.
  private static final int CHUNK = 1 << 20;

  private static final int MOMENTS = 3; // for each neuron

  private final Device device;
  private final GramCode code;
  private final Allocations allocations;
  private final int neurons;
  private final int first;
  private final int rows;
  private final int panelSamples;
  private final DeviceStream unpacking;
  private final List<Inbox> inboxes = new ArrayList<>(); // by layer
  private final Panel[] panels;
  private final DeviceMemory momentChunks;
  private final DeviceMemory moments;
  private final DeviceMemory values;
  private final PanelProduct product;
  private final StripNorms norms; // null if not requested
  private int turn;

  /** Rows of samples: while those of one panel are added, the other's are unpacked. */
  private static final class Panel {
    final DeviceMemory rows;
    final DeviceEvent unpacked;
    final DeviceEvent added;

    Panel(Allocations allocations, long elements) {
      rows = allocations.doubles(elements);
      unpacked = allocations.event();
      added = allocations.event();
    }
  }

  /**
   * An empty strip.
   *
   * @param allocations owns its memory on the device
   * @param first the first row
   * @param rows how many rows
   * @param panelSamples samples of a panel
   * @param normPairs the pairs whose norm products are wanted; may be empty
   */
  public GramStrip(
      Device device,
      Allocations allocations,
      JointLayers layers,
      int first,
      int rows,
      int panelSamples,
      Collection<GramPair> normPairs) {
    this.device = device;
    this.code = new GramCode(device);
    this.allocations = allocations;
    this.neurons = layers.neurons();
    this.first = first;
    this.rows = rows;
    this.panelSamples = panelSamples;
    long samples = Math.min(panelSamples, layers.samples());
    long elements = samples * neurons;
    panels = new Panel[] {new Panel(allocations, elements), new Panel(allocations, elements)};
    momentChunks =
        allocations.doubles((long) MOMENTS * neurons * Math.max(1, GramCode.chunks(samples)));
    moments = allocations.doubles((long) MOMENTS * neurons);
    values = allocations.doubles(rows * columns());
    device.clear(moments);
    device.clear(values);
    product =
        layers
            .products()
            .open(
                device, allocations, layers, new PanelProduct.Target(values, first, rows), samples);
    norms =
        normPairs.isEmpty()
            ? null
            : new StripNorms(device, allocations, layers, normPairs, samples);
    unpacking = allocations.stream();
    layers
        .layers()
        .forEach(
            layer ->
                inboxes.add(
                    new Inbox(device, allocations, unpacking, layer.scales().orElse(null))));
    // Unpacking waits for what is above.
    for (Panel panel : panels) {
      device.record(panel.added);
    }
  }

  /** The bytes that a strip takes on the device besides its rows. */
  public static double panelBytes(JointLayers layers, int rows, int panelSamples) {
    double neurons = layers.neurons();
    double samples = Math.min(panelSamples, layers.samples());
    double chunks = MOMENTS * neurons * (1 + GramCode.chunks((long) samples));
    return Double.BYTES * (2 * neurons * samples + chunks)
        + layers.products().bytes(neurons, rows, samples)
        + layers.inboxBytes(panelSamples);
  }

  /**
   * Reads all layers once, dealing panels out to several strips in turn.
   *
   * @param devices the device of each strip
   * @param pass how many passes came before
   * @param passes how many there are in all
   * @param readers the threads that read
   */
  public static void readAll(
      List<Device> devices,
      List<GramStrip> strips,
      JointLayers layers,
      Progress progress,
      int pass,
      int passes,
      Readers readers) {
    long samples = layers.samples();
    if (layers.neurons() == 0) {
      return;
    }
    try (StripPass all = new StripPass(devices, strips, layers, readers)) {
      all.run(done -> progress.update("compress", pass * samples + done, passes * samples));
    }
  }

  /** Elements of a row. */
  private long columns() {
    return (long) neurons - first;
  }

  /** Samples of a panel; the last one may have fewer. */
  int panelSamples() {
    return panelSamples;
  }

  /** Where a layer arrives. */
  Inbox inbox(int layer) {
    return inboxes.get(layer);
  }

  /**
   * Unpacks samples of a parcel to the panel that is added next.
   *
   * @param from the first sample in the parcel
   * @param count how many
   * @param row of the first one in the panel
   * @param column of the layer's first neuron
   */
  void unpack(Inbox.Place place, int from, int count, int row, int column) {
    Panel panel = panels[turn];
    if (row == 0) {
      unpacking.waitFor(panel.added);
    }
    place.unpack(from, count, panel.rows.element((long) row * neurons + column), neurons);
  }

  /** Adds the samples of a panel that has been unpacked. */
  void addPanel(int count) {
    Panel panel = panels[turn];
    turn = 1 - turn;
    unpacking.record(panel.unpacked);
    device.waitFor(panel.unpacked);
    add(panel.rows, count);
    device.record(panel.added);
  }

  /** Adds samples that lie on the device as rows of doubles. */
  public void add(DeviceMemory samples, int count) {
    code.chunkMoments(samples, neurons, neurons, count, momentChunks);
    code.addMoments(momentChunks, GramCode.chunks(count), MOMENTS * neurons, moments);
    if (norms != null) {
      norms.add(samples, count);
    }
    product.add(samples, count);
  }

  /**
   * Adds the elements of a strip of the same rows, which another device summed up over other
   * samples, to those of this one. This strip's device must be the current one.
   */
  public void addElements(GramStrip part) {
    long elements = values.bytes() / Double.BYTES;
    try (Allocations room = device.allocations()) {
      DeviceMemory arrived = room.doubles(Math.min(elements, CHUNK));
      for (long done = 0; done < elements; done += CHUNK) {
        long from = done;
        int length = (int) Math.min(CHUNK, elements - done);
        device.transfers().upload(part.device.call(() -> part.elements(from, length)), arrived);
        code.add(values.element(done), arrived, length);
      }
    }
  }

  private double[] elements(long from, int count) {
    return device.transfers().download(values, from, count);
  }

  /** The elements, row after row. */
  public DeviceMemory values() {
    return values;
  }

  /** The moments of all neurons over the samples of this strip. */
  public ColumnMoments moments() {
    return ColumnMoments.of(device.transfers().download(moments, 0, MOMENTS * neurons));
  }

  /** The norm products over the samples of this strip; empty if not requested. */
  public Map<GramPair, NormProducts> normProducts() {
    return norms == null ? Map.of() : norms.products();
  }

  /** Copies all rows to the blocks of a Gram matrix on the host. */
  public void download(GramBlocks target) {
    int columns = (int) columns();
    int together = Math.max(1, CHUNK / Math.max(1, columns));
    for (int row = 0; row < rows; row += together) {
      int count = Math.min(together, rows - row);
      double[] elements = elements((long) row * columns, count * columns);
      for (int i = 0; i < count; i++) {
        target.putRow(first + row + i, elements, i * columns + row + i);
      }
    }
  }

  /** The squared norms of the activation vectors, of a strip of all rows. */
  public double[] diagonal() {
    try (DeviceMemory diagonal = allocations.doubles(neurons)) {
      code.diagonal(values, neurons, neurons, diagonal);
      return device.transfers().download(diagonal, 0, neurons);
    }
  }
}
