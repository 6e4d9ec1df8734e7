package org.spanmatch.kernel.cuda.gram;

import java.util.List;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceEvent;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;

/**
 * Some rows of the Gram matrix G = AᵀA of the activation vectors A = [Z_X Z_Y] of two groups, on
 * one device: of each row the elements from the diagonal on.
 *
 * <p>Samples come in panels, which are added up in the order in which they come. With m neurons, a
 * panel of b samples and r rows it takes {@code 8·(r·m + 2·b·m)} bytes, there being two panels.
 */
public final class GramStrip {
  /** Samples of a panel where memory allows; the error bound of G grows with it. */
  public static final int PANEL = 2048;

  // Elements that are added at a time.
  private static final int CHUNK = 1 << 20;

  private final Device device;
  private final GramCode code;
  private final Allocations allocations;
  private final int neurons;
  private final int xNeurons;
  private final int first;
  private final int rows;
  private final int panelSamples;
  private final Inbox xInbox;
  private final Inbox yInbox;
  private final Panel[] panels;
  private final DeviceMemory ones;
  private final DeviceMemory sums;
  private final DeviceMemory values;
  private int turn;

  /** Rows of samples: while those of one panel are added, the other's arrive. */
  private static final class Panel {
    final DeviceMemory rows;
    final DeviceEvent xArrived;
    final DeviceEvent yArrived;
    final DeviceEvent added;

    Panel(Allocations allocations, long elements) {
      rows = allocations.doubles(elements);
      xArrived = allocations.event();
      yArrived = allocations.event();
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
   */
  public GramStrip(
      Device device,
      Allocations allocations,
      Layers layers,
      int first,
      int rows,
      int panelSamples) {
    this.device = device;
    this.code = new GramCode(device.code());
    this.allocations = allocations;
    this.xNeurons = layers.x().neurons();
    this.neurons = layers.neurons();
    this.first = first;
    this.rows = rows;
    this.panelSamples = panelSamples;
    long samples = Math.min(panelSamples, layers.samples());
    long elements = samples * neurons;
    panels = new Panel[] {new Panel(allocations, elements), new Panel(allocations, elements)};
    ones = allocations.doubles(samples);
    code.fill(ones, (int) samples, 1);
    sums = allocations.doubles(neurons);
    values = allocations.doubles(rows * columns());
    device.clear(sums);
    device.clear(values);
    xInbox = new Inbox(device, allocations, layers.xScales());
    yInbox = new Inbox(device, allocations, layers.yScales());
    device.synchronise(); // the inboxes' streams may use all this
  }

  /** The bytes that a strip takes on the device besides its rows. */
  public static double panelBytes(Layers layers, int panelSamples) {
    double neurons = layers.neurons();
    double samples = Math.min(panelSamples, layers.samples());
    return Double.BYTES * (2 * neurons * samples + neurons + samples)
        + Inbox.bytes(layers.x())
        + Inbox.bytes(layers.y());
  }

  /**
   * Reads both layers once, dealing panels out to several strips in turn.
   *
   * @param devices the device of each strip
   * @param pass how many passes came before
   * @param passes how many there are in all
   * @param threads how many threads may read
   */
  public static void readAll(
      List<Device> devices,
      List<GramStrip> strips,
      Layers layers,
      Progress progress,
      int pass,
      int passes,
      int threads) {
    long samples = layers.samples();
    if (layers.neurons() == 0) {
      return;
    }
    try (LayerFeed x = new LayerFeed(layers.x());
        LayerFeed y = new LayerFeed(layers.y());
        ParallelPair readers = new ParallelPair(threads)) {
      int turn = 0;
      for (long done = 0; done < samples; ) {
        GramStrip strip = strips.get(turn);
        int count = (int) Math.min(strip.panelSamples, samples - done);
        devices.get(turn).run(() -> strip.add(x, y, count, readers));
        turn = (turn + 1) % strips.size();
        done += count;
        progress.update("compress", pass * samples + done, passes * samples);
      }
    }
  }

  /** Elements of a row. */
  private long columns() {
    return (long) neurons - first;
  }

  /**
   * Adds samples.
   *
   * @param count how many, at most those of a panel
   * @param readers bring those of both layers at the same time
   */
  void add(LayerFeed x, LayerFeed y, int count, ParallelPair readers) {
    Panel panel = panels[turn];
    turn = 1 - turn;
    readers.run(
        () -> receive(x, xInbox, count, panel, 0, panel.xArrived),
        () ->
            device.here(
                () -> {
                  receive(y, yInbox, count, panel, xNeurons, panel.yArrived);
                  return null;
                }));
    device.waitFor(panel.xArrived);
    device.waitFor(panel.yArrived);
    add(panel.rows, count);
    device.record(panel.added);
  }

  /** Adds samples that lie on the device as rows of doubles. */
  public void add(DeviceMemory samples, int count) {
    device
        .blas()
        .addProduct(neurons, count, samples.pointer(), neurons, ones.pointer(), sums.pointer());
    int columns = (int) columns();
    if (rows == neurons) {
      device
          .blas()
          .addSquare(neurons, count, samples.pointer(), neurons, values.pointer(), neurons);
    } else {
      device
          .blas()
          .addProduct(
              columns,
              rows,
              count,
              samples.element(first),
              neurons,
              samples.element(first),
              neurons,
              values.pointer(),
              columns);
    }
  }

  private void receive(
      LayerFeed layer, Inbox inbox, int count, Panel panel, int column, DeviceEvent arrived) {
    inbox.waitFor(panel.added);
    if (layer.hasNeurons()) {
      layer.fill(inbox, count, panel.rows, neurons, column);
    }
    inbox.record(arrived);
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

  /** The sums of the activation vectors. */
  public double[] sums() {
    return device.transfers().download(sums, 0, neurons);
  }

  /** One of the rows, from the diagonal on. */
  public double[] row(int row) {
    long columns = columns();
    return device.transfers().download(values, row * columns + row, (int) columns - row);
  }

  /** The squared norms of the activation vectors, of a strip of all rows. */
  public double[] diagonal() {
    try (DeviceMemory diagonal = allocations.doubles(neurons)) {
      code.diagonal(values, neurons, neurons, diagonal);
      return device.transfers().download(diagonal, 0, neurons);
    }
  }
}
