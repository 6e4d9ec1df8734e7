package org.spanmatch.kernel.selection;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.KernelInfo;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/** Hands each problem to one of several kernels, which is opened when its first problem comes. */
final class AutomaticKernel implements ProjectionKernel {
  /** How a kernel is chosen for a problem. */
  interface Choice {
    /** The position of the kernel that computes such a problem. */
    int kernelFor(int xNeurons, int yNeurons, long samples);

    /** Is told that a kernel was handed a problem of standard precision. */
    void handed(int kernel, int xNeurons, int yNeurons, long samples);

    /** Why, in words, with what it came to so far. */
    String reason();
  }

  private final class Backend {
    private final Supplier<ProjectionKernel> opening;
    private ProjectionKernel kernel; // null until it is needed
    private boolean hasComputed;

    Backend(Supplier<ProjectionKernel> opening) {
      this.opening = opening;
    }

    ProjectionKernel kernel() {
      if (kernel == null) {
        if (closed) {
          throw new IllegalStateException("the kernel is closed");
        }
        kernel = opening.get();
      }
      return kernel;
    }
  }

  private final List<Backend> backends;
  private final Choice choice;
  private boolean closed;

  /**
   * Takes what to choose from.
   *
   * @param openings open the kernels, which are closed with this one; at least one
   */
  AutomaticKernel(List<Supplier<ProjectionKernel>> openings, Choice choice) {
    this.backends = openings.stream().map(Backend::new).toList();
    this.choice = choice;
  }

  /** Takes a kernel that is open, and what opens another; both are closed with this one. */
  AutomaticKernel(ProjectionKernel first, Supplier<ProjectionKernel> second, Choice choice) {
    this(List.of(() -> first, second), choice);
    backends.get(0).kernel();
  }

  /** What the first of those runs on that have computed something, or the first of all. */
  @Override
  public KernelInfo info() {
    Backend shown =
        backends.stream().filter(one -> one.hasComputed).findFirst().orElse(backends.get(0));
    KernelInfo info = shown.kernel().info();
    return new KernelInfo(
        info.name(), info.device(), info.threads(), info.arithmetic(), choice.reason());
  }

  @Override
  public ProjectionTable compress(Layer x, Layer y, CompressionOptions options) {
    int chosen = choice.kernelFor(x.neurons(), y.neurons(), x.samples());
    Backend backend = backends.get(chosen);
    ProjectionTable table = backend.kernel().compress(x, y, options);
    backend.hasComputed = true;
    // High precision is mostly a second look at the same problem, and takes another time.
    if (options.precision() == Precision.STANDARD) {
      choice.handed(chosen, x.neurons(), y.neurons(), x.samples());
    }
    return table;
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    return backends
        .get(choice.kernelFor(xNeurons, yNeurons, samples))
        .kernel()
        .heapBytes(xNeurons, yNeurons, samples, precision);
  }

  /** A promise for all tables, whichever kernel makes them. */
  @Override
  public boolean hasCheapRemovals() {
    return backends.stream().allMatch(backend -> backend.kernel().hasCheapRemovals());
  }

  @Override
  public void close() {
    closed = true;
    List<RuntimeException> failures = new ArrayList<>();
    for (Backend backend : backends) {
      if (backend.kernel != null) {
        try {
          backend.kernel.close();
        } catch (RuntimeException e) {
          failures.add(e);
        }
      }
    }
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
  }
}
