package org.spanmatch.kernel.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.HeapMemory;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.cuda.DeviceCode.Grid;
import org.spanmatch.kernel.vector.GramTables;

/**
 * A Gram matrix that lies on a device as a whole; with several devices each sums up a part of the
 * samples, and the first one the parts.
 */
final class ResidentGram implements JointGram {
  private static final int CHUNK = 1 << 20;

  private final CudaKernel kernel;
  private final Device device;
  private final Layers layers;
  private final List<Allocations> rooms;
  private final List<GramStrip> strips = new ArrayList<>();
  private final Allocations unitRoom;
  private final DeviceMemory unit;
  private double[] diagonal;
  private double[] sums;

  /** Allocates, also what will be needed later, so that what does not fit is found out early. */
  private ResidentGram(CudaKernel kernel, Layers layers, List<Allocations> rooms) {
    this.kernel = kernel;
    this.device = kernel.devices().get(0);
    this.layers = layers;
    this.rooms = rooms;
    this.unitRoom = device.allocations();
    rooms.add(unitRoom);
    this.unit = unitRoom.doubles((long) layers.neurons() * layers.neurons());
    for (Device other : kernel.devices()) {
      Allocations room = other.allocations();
      rooms.add(room);
      strips.add(
          other.call(
              () -> new GramStrip(other, room, layers, 0, layers.neurons(), GramStrip.PANEL)));
    }
  }

  /** How many bytes of memory the first device needs at most, its table's included. */
  static double bytes(double xNeurons, double yNeurons, long samples) {
    double all = xNeurons + yNeurons;
    double matrix = Double.BYTES * all * all;
    double panel = Double.BYTES * all * 2 * Math.min(samples, GramStrip.PANEL);
    return matrix + Math.max(matrix + panel, DeviceTable.bytes(xNeurons, yNeurons));
  }

  /**
   * Reads both layers once. The first device is the current one.
   *
   * @throws DeviceException where memory runs out; nothing is left allocated then
   */
  static ResidentGram of(CudaKernel kernel, Layers layers, Progress progress) {
    List<Allocations> rooms = new ArrayList<>();
    try {
      ResidentGram gram = new ResidentGram(kernel, layers, rooms);
      gram.read(progress);
      return gram;
    } catch (RuntimeException | Error e) {
      rooms.forEach(Allocations::close);
      throw e;
    }
  }

  private void read(Progress progress) {
    List<Device> devices = kernel.devices();
    GramStrip.readAll(devices, strips, layers, progress, 0, 1, kernel.threads());
    GramStrip total = strips.get(0);
    sums = total.sums();
    for (int i = 1; i < devices.size(); i++) {
      GramStrip part = strips.get(i);
      Device other = devices.get(i);
      addTo(device, total, other, part);
      double[] partSums = other.call(part::sums);
      Arrays.setAll(sums, j -> sums[j] + partSums[j]);
    }
    diagonal = total.diagonal();
  }

  private static void addTo(Device device, GramStrip total, Device other, GramStrip part) {
    long count = total.values().bytes() / Double.BYTES;
    try (Allocations room = device.allocations()) {
      DeviceMemory arrived = room.doubles(Math.min(count, CHUNK));
      for (long done = 0; done < count; done += CHUNK) {
        long from = done;
        int length = (int) Math.min(CHUNK, count - done);
        device
            .transfers()
            .upload(
                other.call(() -> other.transfers().download(part.values(), from, length)), arrived);
        device
            .code()
            .launch(
                "add", Grid.lines(length), total.values().element(done), arrived, (long) length);
      }
    }
  }

  @Override
  public Moments moments(Group group) {
    return layers.moments(group, diagonal, sums);
  }

  @Override
  public ProjectionTable table(
      int[] columns, Map<Group, LivingNeurons> living, Map<Group, Moments> moments) {
    UnitGram gram = unitGram(columns);
    rooms.remove(unitRoom); // the table's from here on
    close();
    DeviceTable table = new DeviceTable(kernel, device, gram, layers.samples(), living, moments);
    try {
      if (table.start()) {
        return table;
      }
      // It fits as a matrix, but not as a table: the processor takes over.
      HeapMemory.require(
          GramTables.heapBytes(layers.x().neurons(), layers.y().neurons()), layers.x(), layers.y());
      double[][] rows = new double[gram.size()][];
      Arrays.setAll(
          rows,
          i -> device.transfers().download(gram.values(), (long) i * gram.size(), gram.size()));
      table.close();
      return GramTables.of(
          rows,
          gram.error(),
          gram.storageRoundoff(),
          layers.samples(),
          living,
          moments,
          kernel.threads());
    } catch (RuntimeException | Error e) {
      table.close();
      throw e;
    }
  }

  private UnitGram unitGram(int[] columns) {
    int size = columns.length;
    try (DeviceMemory vectors = unitRoom.of(columns)) {
      device
          .code()
          .launch(
              "cosines",
              Grid.matrix(size, size),
              strips.get(0).values(),
              (long) layers.neurons(),
              vectors,
              size,
              unit);
    }
    return new UnitGram(
        unitRoom, unit, size, layers.gramError(GramStrip.PANEL), layers.storageRoundoff());
  }

  @Override
  public void close() {
    rooms.forEach(Allocations::close);
  }
}
