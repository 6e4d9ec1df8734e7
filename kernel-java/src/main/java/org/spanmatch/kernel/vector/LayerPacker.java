package org.spanmatch.kernel.vector;

import org.spanmatch.data.ActivationBlock;
import org.spanmatch.data.ActivationsException;
import org.spanmatch.data.BlockReader;
import org.spanmatch.data.LayerActivations;

/** Reads one layer and packs it, converting to float64 on the way; one thread at a time. */
final class LayerPacker implements AutoCloseable {
  private final String description;
  private final BlockReader reader;
  private final int neurons;
  private final int firstPanel;
  private final int width;
  private final double[] scales;
  private final double[] line;
  private ActivationBlock block;
  private int used;

  /**
   * Starts a pass over the layer.
   *
   * @param firstPanel the panel of its first neuron
   * @param width neurons of a panel
   * @param scales a factor for each neuron, or null to take the values as they are
   */
  LayerPacker(LayerActivations layer, int firstPanel, int width, double[] scales) {
    this.description = layer.description();
    this.reader = layer.open();
    this.neurons = layer.neurons();
    this.firstPanel = firstPanel;
    this.width = width;
    this.scales = scales;
    this.line = new double[Math.max(neurons, PackedSamples.DEPTH)];
  }

  /**
   * Packs the next samples.
   *
   * @param samples how many
   * @throws ActivationsException if there are fewer
   */
  void fill(PackedSamples target, int samples) {
    int filled = 0;
    while (filled < samples) {
      if (block == null || used == block.samples()) {
        block = reader.next();
        used = 0;
        if (block == null) {
          throw new ActivationsException(
              description + " ended " + (samples - filled) + " samples or more too early");
        }
      }
      int count = Math.min(samples - filled, block.samples() - used);
      if (block.neuronStride() == 1) {
        packSamples(target, filled, count);
      } else {
        count = packNeurons(target, filled, count);
      }
      used += count;
      filled += count;
    }
  }

  /** The neurons of a sample lie side by side: a sample at a time. */
  private void packSamples(PackedSamples target, int to, int count) {
    double[] values = target.values();
    for (int i = 0; i < count; i++) {
      int sample = used + i;
      int first =
          sample / block.innerSize() * block.outerStride()
              + sample % block.innerSize() * block.innerStride();
      block.type().decode(block.data(), first, neurons, line);
      scaleLine();
      for (int neuron = 0, panel = firstPanel; neuron < neurons; neuron += width, panel++) {
        int length = Math.min(width, neurons - neuron);
        System.arraycopy(line, neuron, values, target.sampleOffset(to + i, panel), length);
      }
    }
  }

  private void scaleLine() {
    if (scales != null) {
      for (int neuron = 0; neuron < neurons; neuron++) {
        line[neuron] *= scales[neuron];
      }
    }
  }

  /**
   * The samples of a neuron lie side by side, or anyhow: a neuron at a time, for as many samples as
   * have one stride and fall into one slice.
   */
  private int packNeurons(PackedSamples target, int to, int count) {
    double[] values = target.values();
    boolean outer = block.innerSize() == 1;
    int inner = used % block.innerSize();
    int run = Math.min(count, PackedSamples.DEPTH - to % PackedSamples.DEPTH);
    run = outer ? run : Math.min(run, block.innerSize() - inner);
    int stride = outer ? block.outerStride() : block.innerStride();
    int first = used / block.innerSize() * block.outerStride() + inner * block.innerStride();
    for (int neuron = 0; neuron < neurons; neuron++) {
      int from = first + neuron * block.neuronStride();
      if (stride == 1) {
        block.type().decode(block.data(), from, run, line);
      } else {
        for (int i = 0; i < run; i++) {
          line[i] = block.type().get(block.data(), from + i * stride);
        }
      }
      double scale = scales == null ? 1 : scales[neuron];
      int index = target.sampleOffset(to, firstPanel + neuron / width) + neuron % width;
      for (int i = 0; i < run; i++) {
        values[index] = line[i] * scale;
        index += width;
      }
    }
    return run;
  }

  @Override
  public void close() {
    reader.close();
  }
}
