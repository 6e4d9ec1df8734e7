package org.spanmatch.kernel.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.HeapMemory;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceErrors;
import org.spanmatch.kernel.cuda.driver.DeviceException;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.gram.GramStrip;
import org.spanmatch.kernel.cuda.gram.Layers;
import org.spanmatch.kernel.cuda.projection.DeviceTable;
import org.spanmatch.kernel.cuda.projection.UnitGram;
import org.spanmatch.kernel.vector.gram.GramTables;

/**
 * A Gram matrix that lies on a device as a whole; with several devices each sums up a part of the
 * samples, and the first one the parts.
 */
final class ResidentGram implements JointGram {
  private final List<Device> devices;
  private final int threads;
  private final DeviceErrors errors;
  private final Device device; // the first one
  private final Layers layers;
  private final List<Allocations> rooms;
  private final List<GramStrip> strips = new ArrayList<>();
  private final Allocations unitRoom;
  private final DeviceMemory unit;
  private double[] diagonal;
  private double[] sums;

  /** Allocates all memory before the pass, so that it fails early where it does not fit. */
  private ResidentGram(
      List<Device> devices,
      int threads,
      DeviceErrors errors,
      Layers layers,
      List<Allocations> rooms) {
    this.devices = devices;
    this.threads = threads;
    this.errors = errors;
    this.device = devices.get(0);
    this.layers = layers;
    this.rooms = rooms;
    this.unitRoom = device.allocations();
    rooms.add(unitRoom);
    this.unit = unitRoom.doubles((long) layers.neurons() * layers.neurons());
    for (Device other : devices) {
      Allocations room = other.allocations();
      rooms.add(room);
      strips.add(
          other.call(
              () -> new GramStrip(other, room, layers, 0, layers.neurons(), GramStrip.PANEL)));
    }
  }

  /** The most bytes of memory that the first device needs, its table included. */
  static double bytes(double xNeurons, double yNeurons, long samples) {
    double all = xNeurons + yNeurons;
    double matrix = Double.BYTES * all * all;
    double panel = Double.BYTES * all * 2 * Math.min(samples, GramStrip.PANEL);
    return matrix + Math.max(matrix + panel, DeviceTable.bytes(xNeurons, yNeurons));
  }

  /**
   * Reads both layers once. The first device is the current one.
   *
   * @param threads how many threads may read and compute
   * @param errors turns errors of the table into the documented exceptions
   * @throws DeviceException where memory runs out; nothing is left allocated then
   */
  static ResidentGram of(
      List<Device> devices, int threads, DeviceErrors errors, Layers layers, Progress progress) {
    List<Allocations> rooms = new ArrayList<>();
    try {
      ResidentGram gram = new ResidentGram(devices, threads, errors, layers, rooms);
      gram.read(progress);
      return gram;
    } catch (RuntimeException | Error e) {
      rooms.forEach(Allocations::close);
      throw e;
    }
  }

  private void read(Progress progress) {
    GramStrip.readAll(devices, strips, layers, progress, 0, 1, threads);
    GramStrip total = strips.get(0);
    sums = total.sums();
    for (int i = 1; i < devices.size(); i++) {
      GramStrip part = strips.get(i);
      total.addElements(part);
      double[] partSums = devices.get(i).call(part::sums);
      Arrays.setAll(sums, j -> sums[j] + partSums[j]);
    }
    diagonal = total.diagonal();
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
    DeviceTable table = new DeviceTable(errors, device, gram, layers.samples(), living, moments);
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
          rows, gram.error(), gram.storageRoundoff(), layers.samples(), living, moments, threads);
    } catch (RuntimeException | Error e) {
      table.close();
      throw e;
    }
  }

  private UnitGram unitGram(int[] columns) {
    return UnitGram.of(
        device,
        unitRoom,
        unit,
        strips.get(0).values(),
        layers.neurons(),
        columns,
        layers.gramError(GramStrip.PANEL),
        layers.storageRoundoff());
  }

  @Override
  public void close() {
    rooms.forEach(Allocations::close);
  }
}
