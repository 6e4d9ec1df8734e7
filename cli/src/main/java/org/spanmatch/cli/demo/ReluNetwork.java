package org.spanmatch.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A small fully connected network that reads handwritten digits: four hidden layers of 64 ReLU
 * neurons, and a softmax over the ten classes. The same training digits and the same seed give the
 * same network, bit for bit, on every machine.
 */
public final class ReluNetwork {
  private static final int HIDDEN_LAYERS = 4;
  private static final int HIDDEN_NEURONS = 64;
  private static final int EPOCHS = 40;
  private static final int BATCH = 16;
  private static final float LEARNING_RATE = 0.02f;

  private final List<DenseLayer> layers;

  private ReluNetwork(SplitMix random) {
    layers = new ArrayList<>();
    int inputs = Digits.PIXELS;
    for (int i = 0; i < HIDDEN_LAYERS; i++) {
      layers.add(new DenseLayer(inputs, HIDDEN_NEURONS, random));
      inputs = HIDDEN_NEURONS;
    }
    layers.add(new DenseLayer(inputs, Digits.CLASSES, random));
  }

  /**
   * Trains a network, in about a second.
   *
   * @param seed decides the first weights and the order in which the digits are seen
   */
  public static ReluNetwork train(Digits training, long seed) {
    SplitMix random = new SplitMix(seed);
    ReluNetwork network = new ReluNetwork(random);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      float rate = LEARNING_RATE * (EPOCHS - epoch) / EPOCHS;
      network.learn(training, random.permutation(training.size()), rate);
    }
    return network;
  }

  /** The share of digits that the network reads correctly. */
  public double accuracy(Digits digits) {
    long correct =
        IntStream.range(0, digits.size())
            .filter(i -> largest(outputs(digits.pixels(i)).get(layers.size())) == digits.label(i))
            .count();
    return (double) correct / digits.size();
  }

  /** The names of the layers, from the input to the output. */
  static List<String> layerNames() {
    List<String> names = new ArrayList<>(List.of("input"));
    for (int i = 1; i <= HIDDEN_LAYERS; i++) {
      names.add("hidden" + i);
    }
    names.add("output");
    return names;
  }

  /**
   * What every layer puts out for the given digits: {@code input} (the pixels), {@code hidden1} to
   * {@code hidden4} (after the ReLU) and {@code output} (the probabilities of the classes).
   */
  public List<LayerOutput> activations(Digits digits) {
    List<LayerOutput> result = new ArrayList<>();
    for (String name : layerNames()) {
      result.add(empty(name, neurons(result.size()), digits));
    }
    for (int i = 0; i < digits.size(); i++) {
      List<float[]> outputs = outputs(digits.pixels(i));
      for (int k = 0; k < outputs.size(); k++) {
        int neurons = result.get(k).neurons();
        System.arraycopy(outputs.get(k), 0, result.get(k).values(), i * neurons, neurons);
      }
    }
    return List.copyOf(result);
  }

  private static int neurons(int layer) {
    if (layer == 0) {
      return Digits.PIXELS;
    }
    return layer <= HIDDEN_LAYERS ? HIDDEN_NEURONS : Digits.CLASSES;
  }

  private static LayerOutput empty(String name, int neurons, Digits digits) {
    return new LayerOutput(name, neurons, new float[digits.size() * neurons]);
  }

  private void learn(Digits training, int[] order, float rate) {
    for (int from = 0; from < order.length; from += BATCH) {
      int to = Math.min(from + BATCH, order.length);
      for (int i = from; i < to; i++) {
        addGradients(training.pixels(order[i]), training.label(order[i]));
      }
      for (DenseLayer layer : layers) {
        layer.step(rate, to - from);
      }
    }
  }

  private void addGradients(float[] pixels, int label) {
    List<float[]> outputs = outputs(pixels);
    // The gradient of the cross-entropy with respect to the logits.
    float[] error = outputs.get(layers.size()).clone();
    error[label] -= 1;
    for (int i = layers.size() - 1; i >= 0; i--) {
      error = layers.get(i).backward(outputs.get(i), error);
    }
  }

  /** The image itself and what each layer makes of it. */
  private List<float[]> outputs(float[] pixels) {
    List<float[]> outputs = new ArrayList<>();
    outputs.add(pixels);
    for (DenseLayer layer : layers) {
      float[] sums = layer.forward(outputs.get(outputs.size() - 1));
      outputs.add(outputs.size() < layers.size() ? relu(sums) : softmax(sums));
    }
    return outputs;
  }

  private static float[] relu(float[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] = Math.max(sums[i], 0);
    }
    return sums;
  }

  private static float[] softmax(float[] logits) {
    float largest = logits[largest(logits)];
    float total = 0;
    for (int i = 0; i < logits.length; i++) {
      // Math.exp may differ from machine to machine in the last bit.
      logits[i] = (float) StrictMath.exp(logits[i] - largest);
      total += logits[i];
    }
    for (int i = 0; i < logits.length; i++) {
      logits[i] /= total;
    }
    return logits;
  }

  private static int largest(float[] values) {
    int largest = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[largest]) {
        largest = i;
      }
    }
    return largest;
  }
}
