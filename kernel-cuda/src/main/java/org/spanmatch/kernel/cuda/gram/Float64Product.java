package org.spanmatch.kernel.cuda.gram;

import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;

/**
 * Products in float64: of a whole matrix those on and above the diagonal, else all of the strip.
 */
final class Float64Product implements PanelProduct {
  private final Device device;
  private final int neurons;
  private final Target target;

  Float64Product(Device device, int neurons, Target target) {
    this.device = device;
    this.neurons = neurons;
    this.target = target;
  }

  @Override
  public void add(DeviceMemory samples, int count) {
    if (target.rows() == neurons) {
      device
          .blas()
          .addSquare(
              neurons, count, samples.pointer(), neurons, target.values().pointer(), neurons);
      return;
    }
    int columns = neurons - target.first();
    device
        .blas()
        .addProduct(
            columns,
            target.rows(),
            count,
            samples.element(target.first()),
            neurons,
            samples.element(target.first()),
            neurons,
            target.values().pointer(),
            columns);
  }
}
