package org.spanmatch.cli.demo;

import java.util.Arrays;

/**
 * A fully connected layer that learns by stochastic gradient descent with momentum and weight
 * decay. All sums run in one fixed order, so that training is reproducible bit for bit.
 */
final class DenseLayer {
  private static final float MOMENTUM = 0.9f;
  private static final float WEIGHT_DECAY = 1e-3f;

  private final int inputs;
  private final int outputs;

  // One row for each input, and a last one for the biases.
  private final float[] weights;
  private final float[] gradient;
  private final float[] velocity;

  /** A layer with random weights (He et al., 2015) and biases 0. */
  DenseLayer(int inputs, int outputs, SplitMix random) {
    this.inputs = inputs;
    this.outputs = outputs;
    weights = new float[(inputs + 1) * outputs];
    gradient = new float[weights.length];
    velocity = new float[weights.length];
    float limit = (float) Math.sqrt(6.0 / inputs);
    for (int i = 0; i < inputs * outputs; i++) {
      weights[i] = (2 * random.uniform() - 1) * limit;
    }
  }

  /** The weighted sums of an input, before any activation function. */
  float[] forward(float[] input) {
    float[] sums = Arrays.copyOfRange(weights, inputs * outputs, weights.length);
    for (int i = 0; i < inputs; i++) {
      float x = input[i];
      // About half of the inputs are 0, after a ReLU as well as in the images.
      if (x != 0) {
        int row = i * outputs;
        for (int j = 0; j < outputs; j++) {
          sums[j] += x * weights[row + j];
        }
      }
    }
    return sums;
  }

  /**
   * Adds the gradient for one sample, and passes it on to the layer below.
   *
   * @param input what {@link #forward} was given: the output of a ReLU, or an image
   * @param error the gradient of the loss with respect to this layer's weighted sums
   * @return the gradient with respect to the weighted sums of the layer below
   */
  float[] backward(float[] input, float[] error) {
    float[] below = new float[inputs];
    for (int i = 0; i < inputs; i++) {
      float x = input[i];
      // Where the ReLU below put out 0, its gradient is 0 too.
      if (x != 0) {
        int row = i * outputs;
        float sum = 0;
        for (int j = 0; j < outputs; j++) {
          gradient[row + j] += x * error[j];
        }
        for (int j = 0; j < outputs; j++) {
          sum += weights[row + j] * error[j];
        }
        below[i] = sum;
      }
    }
    for (int j = 0; j < outputs; j++) {
      gradient[inputs * outputs + j] += error[j];
    }
    return below;
  }

  /**
   * Takes one step down the gradient that has been added up, and forgets it.
   *
   * @param rate the learning rate
   * @param samples how many samples the gradient comes from
   */
  void step(float rate, int samples) {
    for (int i = 0; i < weights.length; i++) {
      float slope = gradient[i] / samples + WEIGHT_DECAY * weights[i];
      velocity[i] = MOMENTUM * velocity[i] - rate * slope;
      weights[i] += velocity[i];
    }
    Arrays.fill(gradient, 0);
  }
}
