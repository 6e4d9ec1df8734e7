package org.spanmatch.kernel.selection;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.GramPass;

/**
 * Dispatches each problem to one of several kernels, which are opened at their first problem. A
 * problem that the chosen kernel declines, or that an accelerator has no memory for, goes to the
 * next kernel that is no accelerator.
 */
final class AutomaticKernel implements ProjectionKernel {
  /** A rule that chooses a kernel for each problem. */
  interface Choice {
    /** Returns the position of the kernel to use for a problem of this size. */
    int kernelFor(int xNeurons, int yNeurons, long samples);

    /** Called after a kernel has added up a standard-precision problem. */
    void handed(int kernel, int xNeurons, int yNeurons, long samples);

    /** The reason in words, with the choices made so far. */
    String reason();

    /** Whether a user insists on the kernel, so that it must add up if it can at all. */
    default boolean isForced() {
      return false;
    }
  }

  /**
   * A kernel to choose from.
   *
   * @param name the backend's name
   * @param isAccelerator whether problems may be passed on from it
   * @param opening opens the kernel; called at most once
   */
  record Candidate(String name, boolean isAccelerator, Supplier<ProjectionKernel> opening) {}

  /**
   * The size of a problem, by which a kernel is chosen.
   *
   * @param x neurons of the first group
   * @param y neurons of the second group
   * @param samples number of samples
   * @param precision the least precision required
   */
  private record Size(int x, int y, long samples, Precision precision) {
    /** Returns the size of the largest pair of layers. */
    static Size of(
        List<Integer> neurons, Collection<GramPair> pairs, long samples, Precision precision) {
      Size largest = new Size(neurons.get(0), 0, samples, precision);
      for (GramPair pair : pairs) {
        int x = neurons.get(pair.first());
        int y = neurons.get(pair.second());
        if ((long) x + y > (long) largest.x + largest.y) {
          largest = new Size(x, y, samples, precision);
        }
      }
      return largest;
    }
  }

  private final class Backend {
    private final Candidate candidate;
    private ProjectionKernel kernel; // null until it is needed
    private boolean hasComputed;

    Backend(Candidate candidate) {
      this.candidate = candidate;
    }

    ProjectionKernel kernel() {
      if (kernel == null) {
        requireOpen();
        kernel = candidate.opening().get();
      }
      return kernel;
    }
  }

  private final List<Backend> backends;
  private final Choice choice;
  private final Set<String> passedOn = new LinkedHashSet<>();
  private boolean closed;

  /**
   * Creates a kernel that chooses among candidates.
   *
   * @param candidates at least one; the opened kernels are closed with this one
   */
  AutomaticKernel(List<Candidate> candidates, Choice choice) {
    this.backends = candidates.stream().map(Backend::new).toList();
    this.choice = choice;
  }

  /** Opens the first kernel now, so that a kernel that can't run fails early. */
  AutomaticKernel openFirst() {
    backends.get(0).kernel();
    return this;
  }

  /** Describes the first kernel that has computed something or, if none has, the first of all. */
  @Override
  public ProjectionKernel.Info info() {
    Backend shown =
        backends.stream().filter(one -> one.hasComputed).findFirst().orElse(backends.get(0));
    ProjectionKernel.Info info = shown.kernel().info();
    String reason =
        passedOn.isEmpty() ? choice.reason() : choice.reason() + "; " + String.join(", ", passedOn);
    return new ProjectionKernel.Info(
        info.name(), info.device(), info.threads(), info.arithmetic(), reason);
  }

  @Override
  public Gram gram(List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options) {
    GramPass.require(layers, pairs);
    List<Integer> neurons = layers.stream().map(Layer::neurons).toList();
    Size size = Size.of(neurons, pairs, layers.get(0).samples(), options.precision());
    return onChosen(size, true, kernel -> kernel.gram(layers, pairs, options));
  }

  @Override
  public ProjectionTable table(Gram gram, int x, int y) {
    gram.requirePair(x, y);
    Size size =
        new Size(
            gram.layers().get(x).neurons(),
            gram.layers().get(y).neurons(),
            gram.samples(),
            gram.precision());
    return onChosen(size, false, kernel -> kernel.table(gram, x, y));
  }

  @Override
  public ProjectionTable compress(Layer x, Layer y, GramOptions options) {
    Size size = new Size(x.neurons(), y.neurons(), x.samples(), options.precision());
    Backend chosen = backends.get(choice.kernelFor(size.x, size.y, size.samples));
    if (chosen.candidate.isAccelerator()
        && chosen.kernel().declines(size.x, size.y, size.samples, size.precision).isEmpty()) {
      try {
        return done(
            backends.indexOf(chosen), chosen, size, true, chosen.kernel().compress(x, y, options));
      } catch (NotEnoughMemoryException e) {
        // Adding up may still fit, in parts, and only the table be too much.
        return ProjectionKernel.super.compress(x, y, options);
      }
    }
    return onChosen(size, true, kernel -> kernel.compress(x, y, options));
  }

  /** Those of the first kernel that runs on the processor. */
  @Override
  public Optional<MatrixProducts> products() {
    requireOpen();
    return backends.stream()
        .filter(backend -> !backend.candidate.isAccelerator())
        .findFirst()
        .flatMap(backend -> backend.kernel().products());
  }

  /** Runs work on the chosen kernel, or on the next one if that declines or lacks memory. */
  private <T> T onChosen(Size size, boolean addsUp, Function<ProjectionKernel, T> work) {
    requireOpen();
    int chosen = choice.kernelFor(size.x, size.y, size.samples);
    Backend first = backends.get(chosen);
    Optional<String> declined =
        first.kernel().declines(size.x, size.y, size.samples, size.precision);
    if (declined.isEmpty()) {
      try {
        return done(chosen, first, size, addsUp, work.apply(first.kernel()));
      } catch (NotEnoughMemoryException e) {
        boolean insists = addsUp && choice.isForced();
        if (insists || !first.candidate.isAccelerator() || next(first).isEmpty()) {
          throw e;
        }
        declined = Optional.of("what its memory can't hold");
      }
    }
    String why = declined.get();
    Backend next =
        next(first)
            .orElseThrow(
                () ->
                    new KernelException.Unavailable(
                        "backend '"
                            + first.candidate.name()
                            + "' does not take "
                            + why
                            + ", and there is no other that could; put the java backend on the class"
                            + " path"));
    T result = work.apply(next.kernel());
    passedOn.add(why + " on " + next.candidate.name());
    return done(backends.indexOf(next), next, size, addsUp, result);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the kernel is closed");
    }
  }

  private Optional<Backend> next(Backend first) {
    return backends.stream()
        .filter(one -> one != first && !one.candidate.isAccelerator())
        .findFirst();
  }

  private <T> T done(int position, Backend backend, Size size, boolean addsUp, T result) {
    backend.hasComputed = true;
    // High precision is usually a second look at the same problem, and has other costs.
    if (addsUp && size.precision == Precision.STANDARD) {
      choice.handed(position, size.x, size.y, size.samples);
    }
    return result;
  }

  /** Passed on to the kernel that such a problem goes to at standard precision. */
  @Override
  public void expect(int xNeurons, int yNeurons, long samples) {
    Backend chosen = backends.get(choice.kernelFor(xNeurons, yNeurons, samples));
    if (chosen.kernel().declines(xNeurons, yNeurons, samples, Precision.STANDARD).isEmpty()) {
      chosen.kernel().expect(xNeurons, yNeurons, samples);
    }
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    return taking(new Size(xNeurons, yNeurons, samples, precision))
        .heapBytes(xNeurons, yNeurons, samples, precision);
  }

  @Override
  public OptionalLong sharedHeapBytes(
      List<Integer> neurons, Collection<GramPair> pairs, long samples, Precision precision) {
    return taking(Size.of(neurons, pairs, samples, precision))
        .sharedHeapBytes(neurons, pairs, samples, precision);
  }

  private ProjectionKernel taking(Size size) {
    Backend chosen = backends.get(choice.kernelFor(size.x, size.y, size.samples));
    boolean takes =
        chosen.kernel().declines(size.x, size.y, size.samples, size.precision).isEmpty();
    return (takes ? chosen : next(chosen).orElse(chosen)).kernel();
  }

  /** True only if it holds for the tables of every kernel. */
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
