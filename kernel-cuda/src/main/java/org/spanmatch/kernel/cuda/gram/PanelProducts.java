package org.spanmatch.kernel.cuda.gram;

import org.spanmatch.kernel.KernelOptions.GramMethod;
import org.spanmatch.kernel.backend.GramErrors;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceInfo;

/** The ways to multiply panels of samples, with what they need and how exact they are. */
public enum PanelProducts {
  /** In float64, with cuBLAS. */
  FLOAT64 {
    @Override
    public double bytes(double neurons, double rows, double panelSamples) {
      return 0;
    }

    @Override
    double error(JointLayers layers, int panelSamples) {
      return GramErrors.ofSums(layers.samples(), panelSamples);
    }

    @Override
    PanelProduct open(
        Device device,
        Allocations allocations,
        JointLayers layers,
        PanelProduct.Target target,
        long panelSamples) {
      return new Float64Product(device, layers.neurons(), target);
    }
  },

  /** By slices of eight bits, whose products are added up exactly. */
  SLICED {
    @Override
    public double bytes(double neurons, double rows, double panelSamples) {
      return SlicedProduct.bytes(neurons, rows, panelSamples);
    }

    @Override
    double error(JointLayers layers, int panelSamples) {
      return Slicing.of(layers).error(layers.samples(), panelSamples);
    }

    @Override
    PanelProduct open(
        Device device,
        Allocations allocations,
        JointLayers layers,
        PanelProduct.Target target,
        long panelSamples) {
      return new SlicedProduct(
          device, allocations, Slicing.of(layers), layers.neurons(), target, panelSamples);
    }
  };

  /** The way that an option asks for, on a device. */
  public static PanelProducts of(GramMethod method, DeviceInfo device) {
    return switch (method) {
      case FLOAT64 -> FLOAT64;
      case SLICED -> SLICED;
      case AUTO -> device.hasSlowDoubles() ? SLICED : FLOAT64;
    };
  }

  /**
   * The most bytes of device memory that a product takes besides samples and the Gram matrix.
   *
   * @param rows how many rows of the matrix are computed
   */
  public abstract double bytes(double neurons, double rows, double panelSamples);

  /**
   * Bounds the error of inner products relative to the product of the norms.
   *
   * @param panelSamples the most samples of a panel
   */
  abstract double error(JointLayers layers, int panelSamples);

  /**
   * Opens a product for panels of some samples at most.
   *
   * @param allocations owns its memory on the device
   */
  abstract PanelProduct open(
      Device device,
      Allocations allocations,
      JointLayers layers,
      PanelProduct.Target target,
      long panelSamples);
}
