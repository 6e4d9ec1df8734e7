package org.spanmatch.kernel.cuda;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.backend.LivingPair;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceErrors;
import org.spanmatch.kernel.cuda.driver.DeviceException;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.gram.ColumnMoments;
import org.spanmatch.kernel.cuda.gram.GramBlocks;
import org.spanmatch.kernel.cuda.gram.GramStrip;
import org.spanmatch.kernel.cuda.gram.JointLayers;
import org.spanmatch.kernel.cuda.gram.PanelProducts;
import org.spanmatch.kernel.cuda.gram.Readers;
import org.spanmatch.kernel.cuda.projection.DeviceTable;
import org.spanmatch.kernel.cuda.projection.UnitGram;

/**
 * A Gram matrix that lies on a device as a whole; with several devices each sums up a part of the
 * samples, and the parts are added on the first one.
 */
final class ResidentGram implements AutoCloseable {
  private final List<Device> devices;
  private final Device device; // the first one
  private final JointLayers layers;
  private final GramOptions options;
  private final List<Allocations> rooms = new ArrayList<>();
  private final List<GramStrip> strips = new ArrayList<>();
  private Allocations unitRoom; // null without a table
  private DeviceMemory unit;
  private List<GramLayer> described = List.of();

  private ResidentGram(List<Device> devices, JointLayers layers, GramOptions options) {
    this.devices = devices;
    this.device = devices.get(0);
    this.layers = layers;
    this.options = options;
  }

  /** The most bytes of memory that the first device needs, with a table of two layers. */
  static double bytes(double xNeurons, double yNeurons, long samples, PanelProducts products) {
    double all = xNeurons + yNeurons;
    double matrix = Double.BYTES * all * all;
    double panel =
        Double.BYTES * all * 2 * Math.min(samples, GramStrip.PANEL)
            + products.bytes(all, all, (double) Math.min(samples, GramStrip.PANEL));
    return matrix + Math.max(matrix + panel, DeviceTable.bytes(xNeurons, yNeurons));
  }

  /**
   * Reads all layers once. The first device is the current one. All memory but that for samples as
   * they are stored is allocated before the pass, so that it fails early where it does not fit.
   *
   * @param normPairs the pairs whose norm products are wanted
   * @param withTable whether there must be room for a table, too
   * @param readers the threads that read
   * @throws DeviceException where memory runs out; nothing is left allocated then
   */
  static ResidentGram of(
      List<Device> devices,
      JointLayers layers,
      GramOptions options,
      Collection<GramPair> normPairs,
      boolean withTable,
      Readers readers) {
    ResidentGram gram = new ResidentGram(devices, layers, options);
    try {
      gram.allocate(normPairs, withTable);
      GramStrip.readAll(devices, gram.strips, layers, options.progress(), 0, 1, readers);
      gram.addParts();
      return gram;
    } catch (RuntimeException | Error e) {
      gram.close();
      throw e;
    }
  }

  private void allocate(Collection<GramPair> normPairs, boolean withTable) {
    if (withTable) {
      unitRoom = device.allocations();
      rooms.add(unitRoom);
      unit = unitRoom.doubles((long) layers.neurons() * layers.neurons());
    }
    for (Device other : devices) {
      Allocations room = other.allocations();
      rooms.add(room);
      strips.add(
          other.call(
              () ->
                  new GramStrip(
                      other, room, layers, 0, layers.neurons(), GramStrip.PANEL, normPairs)));
    }
  }

  private void addParts() {
    GramStrip total = strips.get(0);
    ColumnMoments moments = total.moments();
    for (int i = 1; i < devices.size(); i++) {
      GramStrip part = strips.get(i);
      total.addElements(part);
      moments = moments.plus(devices.get(i).call(part::moments));
    }
    double[] squares = total.diagonal();
    List<GramLayer> all = new ArrayList<>();
    for (int i = 0; i < layers.layers().size(); i++) {
      all.add(moments.describe(layers, i, squares));
    }
    described = List.copyOf(all);
  }

  /** What was found out about each layer. */
  List<GramLayer> described() {
    return described;
  }

  /** The blocks of some pairs, on the host. */
  GramMatrix onHost(Collection<GramPair> pairs) {
    GramBlocks blocks = new GramBlocks(layers, pairs);
    strips.get(0).download(blocks);
    return new GramMatrix(
        described,
        layers.samples(),
        options.deadThreshold(),
        layers.gramError(GramStrip.PANEL),
        blocks.blocks(),
        layers.areScaled() ? Map.of() : normProducts());
  }

  private Map<GramPair, NormProducts> normProducts() {
    Map<GramPair, NormProducts> total = new TreeMap<>(strips.get(0).normProducts());
    for (int i = 1; i < devices.size(); i++) {
      Map<GramPair, NormProducts> part = devices.get(i).call(strips.get(i)::normProducts);
      total.replaceAll((pair, products) -> products.plus(part.get(pair)));
    }
    return total;
  }

  /**
   * A table of the two layers that this was made of; nothing else may be asked of this afterwards.
   *
   * @param errors turns errors of the table into the documented exceptions
   * @throws DeviceException where memory runs out; nothing is left allocated then
   */
  DeviceTable table(DeviceErrors errors) {
    LivingPair pair =
        LivingPair.of(
            0, described.get(0), 1, described.get(1), layers.samples(), options.deadThreshold());
    int[] columns = new int[pair.count()];
    int next = 0;
    for (Group group : Group.values()) {
      for (int neuron : pair.neurons(group)) {
        columns[next++] = layers.first(pair.layer(group)) + neuron;
      }
    }
    UnitGram gram;
    try {
      gram =
          UnitGram.of(
              device,
              unitRoom,
              unit,
              strips.get(0).values(),
              layers.neurons(),
              columns,
              layers.gramError(GramStrip.PANEL),
              pair.storageRoundoff());
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
    rooms.remove(unitRoom); // the table's from here on
    close();
    return DeviceTable.started(errors, device, gram, pair);
  }

  /** Frees what was not handed on to a table. */
  @Override
  public void close() {
    rooms.forEach(Allocations::close);
  }

  /** The pairs whose norm products are wanted: each layer with itself, and those asked for. */
  static Collection<GramPair> normPairs(
      JointLayers layers, Collection<GramPair> pairs, GramOptions options) {
    TreeSet<GramPair> all = new TreeSet<>();
    if (options.normProducts()) {
      all.addAll(pairs);
      for (int i = 0; i < layers.layers().size(); i++) {
        all.add(new GramPair(i, i));
      }
    }
    return all;
  }
}
