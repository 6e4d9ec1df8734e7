package org.spanmatch.kernel.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.spanmatch.kernel.Group;
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
  private final GramStrip strip;
  private final double[] diagonal;
  private final double[] sums;

  private ResidentGram(CudaKernel kernel, Layers layers, List<Allocations> rooms, Sum sum) {
    this.kernel = kernel;
    this.device = kernel.devices().get(0);
    this.layers = layers;
    this.rooms = rooms;
    this.strip = sum.strip();
    this.diagonal = sum.diagonal();
    this.sums = sum.sums();
  }

  @SuppressWarnings("ArrayRecordComponent") // handed from one method to the next
  private record Sum(GramStrip strip, double[] diagonal, double[] sums) {}

  /** How many bytes of memory the first device needs at most, its table's included. */
  static double bytes(double xNeurons, double yNeurons, long samples) {
    double all = xNeurons + yNeurons;
    double matrix = Double.BYTES * all * all;
    double panel = Double.BYTES * all * Math.min(samples, GramStrip.PANEL);
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
      return new ResidentGram(
          kernel, layers, rooms, sum(kernel.devices(), layers, rooms, progress));
    } catch (RuntimeException | Error e) {
      rooms.forEach(Allocations::close);
      throw e;
    }
  }

  private static Sum sum(
      List<Device> devices, Layers layers, List<Allocations> rooms, Progress progress) {
    List<GramStrip> strips = new ArrayList<>();
    for (Device device : devices) {
      Allocations room = device.allocations();
      rooms.add(room);
      strips.add(device.call(() -> new GramStrip(device, room, layers, 0, layers.neurons())));
    }
    GramStrip.readAll(devices, strips, layers, progress, 0, 1);
    Device first = devices.get(0);
    GramStrip total = strips.get(0);
    double[] sums = total.sums();
    for (int i = 1; i < devices.size(); i++) {
      GramStrip part = strips.get(i);
      Device other = devices.get(i);
      addTo(first, total, other, part);
      double[] partSums = other.call(part::sums);
      Arrays.setAll(sums, j -> sums[j] + partSums[j]);
      rooms.get(i).close();
    }
    return new Sum(total, total.diagonal(), sums);
  }

  private static void addTo(Device device, GramStrip total, Device other, GramStrip part) {
    long count = total.values().bytes() / Double.BYTES;
    try (Allocations room = device.allocations()) {
      DeviceMemory arrived = room.doubles(Math.min(count, CHUNK));
      for (long done = 0; done < count; done += CHUNK) {
        long from = done;
        int length = (int) Math.min(CHUNK, count - done);
        device.upload(other.call(() -> other.download(part.values(), from, length)), arrived);
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
    Allocations room = device.allocations();
    try {
      UnitGram gram = unitGram(room, columns);
      close();
      DeviceTable table =
          new DeviceTable(kernel, device, room, gram, layers.samples(), living, moments);
      if (table.start()) {
        return table;
      }
      // It fits as a matrix, but not as a table: the processor takes over.
      double[][] rows = new double[gram.size()][];
      Arrays.setAll(rows, i -> device.download(gram.values(), (long) i * gram.size(), gram.size()));
      room.close();
      return GramTables.of(
          rows,
          gram.error(),
          gram.storageRoundoff(),
          layers.samples(),
          living,
          moments,
          kernel.threads());
    } catch (RuntimeException | Error e) {
      room.close();
      throw e;
    }
  }

  private UnitGram unitGram(Allocations room, int[] columns) {
    int size = columns.length;
    DeviceMemory values = room.doubles((long) size * size);
    try (DeviceMemory vectors = room.of(columns)) {
      device
          .code()
          .launch(
              "cosines",
              Grid.matrix(size, size),
              strip.values(),
              (long) layers.neurons(),
              vectors,
              size,
              values);
    }
    return new UnitGram(values, size, layers.gramError(), layers.storageRoundoff());
  }

  @Override
  public void close() {
    rooms.forEach(Allocations::close);
  }
}
