package org.spanmatch.kernel;

import java.util.function.Supplier;
import org.spanmatch.data.LayerActivations;

/**
 * Hands problems too small for an accelerator to another kernel, which is opened when the first
 * such problem comes.
 */
final class AutomaticKernel implements ProjectionKernel {
  private final ProjectionKernel accelerator;
  private final Supplier<ProjectionKernel> opening;
  private ProjectionKernel other; // null until it is needed
  private boolean closed;

  /**
   * Takes a kernel, which is closed with this one.
   *
   * @param opening opens the other kernel, which is closed with this one too
   */
  AutomaticKernel(ProjectionKernel accelerator, Supplier<ProjectionKernel> opening) {
    this.accelerator = accelerator;
    this.opening = opening;
  }

  private ProjectionKernel other() {
    if (closed) {
      throw new IllegalStateException("the kernel is closed");
    }
    if (other == null) {
      other = opening.get();
    }
    return other;
  }

  private ProjectionKernel kernelFor(int xNeurons, int yNeurons, long samples) {
    return accelerator.pays(xNeurons, yNeurons, samples) ? accelerator : other();
  }

  @Override
  public KernelInfo info() {
    return accelerator.info();
  }

  @Override
  public ProjectionTable compress(
      LayerActivations x, LayerActivations y, CompressionOptions options) {
    return kernelFor(x.neurons(), y.neurons(), x.samples()).compress(x, y, options);
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    return kernelFor(xNeurons, yNeurons, samples).heapBytes(xNeurons, yNeurons, samples, precision);
  }

  /** A promise for all tables, whichever kernel makes them. */
  @Override
  public boolean hasCheapRemovals() {
    return accelerator.hasCheapRemovals() && other().hasCheapRemovals();
  }

  @Override
  public void close() {
    closed = true;
    try {
      accelerator.close();
    } finally {
      if (other != null) {
        other.close();
      }
    }
  }
}
