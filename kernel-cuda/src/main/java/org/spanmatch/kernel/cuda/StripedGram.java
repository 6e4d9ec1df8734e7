package org.spanmatch.kernel.cuda;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.backend.ScaledLayer;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceException;
import org.spanmatch.kernel.cuda.gram.ColumnMoments;
import org.spanmatch.kernel.cuda.gram.GramBlocks;
import org.spanmatch.kernel.cuda.gram.GramStrip;
import org.spanmatch.kernel.cuda.gram.JointLayers;
import org.spanmatch.kernel.cuda.gram.Readers;

/**
 * Adds up a Gram matrix that is too large for a device: in strips of rows, with a pass over the
 * activations for each, which are put together on the host.
 */
final class StripedGram {
  private static final int LEAST_ROWS = 8;
  private static final int LEAST_SAMPLES = 128;
  private static final int FEW_PASSES = 4;
  // The rest is for other allocations, and for gaps between them.
  private static final double USABLE = 0.8;

  private final Device device;
  private final JointLayers layers;
  private final Collection<GramPair> pairs;
  private final GramOptions options;
  private final Readers readers;

  /**
   * Prepares; the device is the current one.
   *
   * @param pairs the pairs of layers that are wanted
   * @param readers the threads that read
   */
  StripedGram(
      Device device,
      JointLayers layers,
      Collection<GramPair> pairs,
      GramOptions options,
      Readers readers) {
    this.device = device;
    this.layers = layers;
    this.pairs = pairs;
    this.options = options;
    this.readers = readers;
  }

  /**
   * Reads all layers as often as it must.
   *
   * @throws NotEnoughMemoryException if the device can't hold the least
   */
  GramMatrix read() {
    // Smaller panels make products slower, and narrower strips make more passes.
    for (int samples = GramStrip.PANEL; samples >= LEAST_SAMPLES; samples /= 2) {
      int rows = rowsThatFit(samples);
      int least = samples == LEAST_SAMPLES ? LEAST_ROWS : layers.neurons() / FEW_PASSES;
      while (rows >= Math.min(least, layers.neurons())) {
        try {
          return inStrips(rows, samples);
        } catch (DeviceException e) {
          if (!e.isOutOfMemory()) {
            throw e;
          }
          rows /= 2;
        }
      }
    }
    List<String> neurons = new ArrayList<>();
    for (ScaledLayer layer : layers.layers()) {
      neurons.add(Integer.toString(layer.neurons()));
    }
    throw new NotEnoughMemoryException(
        layers.layers().get(0).layer().description()
            + ": "
            + String.join(" + ", neurons)
            + " neurons need more memory than the "
            + device.freeBytes() / 1_000_000
            + " MB that are free on CUDA device "
            + device.info().number()
            + ", even in parts");
  }

  /** By bisection, since more rows take more memory. */
  private int rowsThatFit(int panelSamples) {
    double usable = USABLE * device.freeBytes();
    int fitting = 0;
    int most = layers.neurons();
    while (fitting < most) {
      int rows = (fitting + most + 1) >>> 1;
      double strip = Double.BYTES * (double) rows * layers.neurons();
      if (GramStrip.panelBytes(layers, rows, panelSamples) + strip <= usable) {
        fitting = rows;
      } else {
        most = rows - 1;
      }
    }
    return fitting;
  }

  private GramMatrix inStrips(int rows, int panelSamples) {
    int neurons = layers.neurons();
    int passes = (neurons + rows - 1) / rows;
    GramBlocks blocks = new GramBlocks(layers, pairs);
    ColumnMoments moments = null;
    Map<GramPair, NormProducts> products = Map.of();
    for (int pass = 0; pass < passes; pass++) {
      int first = pass * rows;
      int count = Math.min(rows, neurons - first);
      try (Allocations room = device.allocations()) {
        // Once is enough for what all passes would find alike.
        Collection<GramPair> normPairs =
            pass == 0 ? ResidentGram.normPairs(layers, pairs, options) : List.of();
        GramStrip strip =
            new GramStrip(device, room, layers, first, count, panelSamples, normPairs);
        GramStrip.readAll(
            List.of(device), List.of(strip), layers, options.progress(), pass, passes, readers);
        strip.download(blocks);
        if (pass == 0) {
          moments = strip.moments();
          products = strip.normProducts();
        }
      }
    }
    double[] squares = blocks.squares();
    List<GramLayer> described = new ArrayList<>();
    for (int i = 0; i < layers.layers().size(); i++) {
      described.add(moments.describe(layers, i, squares));
    }
    return new GramMatrix(
        described,
        layers.samples(),
        options.deadThreshold(),
        layers.gramError(panelSamples),
        blocks.blocks(),
        layers.areScaled() ? Map.of() : products);
  }
}
