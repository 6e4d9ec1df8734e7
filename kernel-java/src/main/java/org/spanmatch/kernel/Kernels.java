package org.spanmatch.kernel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.spanmatch.kernel.KernelProvider.Unavailable;

/**
 * Finds backends and chooses one.
 *
 * <p>A backend is <em>forced</em> by name, in the call or with {@code -Dspanmatch.backend=NAME}: if
 * it can't run, that is an error. Otherwise the choice is <em>automatic</em>: the available backend
 * of highest priority. Where that is an accelerator, problems too small for it go to the next one.
 */
public final class Kernels {
  /** The name that asks for the automatic choice. */
  public static final String AUTO = "auto";

  /** The system property that forces a backend where the call asks for {@link #AUTO}. */
  public static final String BACKEND_PROPERTY = "spanmatch.backend";

  /**
   * The system property that names the only backend that may be opened; tests set it so that a run
   * can't silently use another.
   */
  public static final String REQUIRED_PROPERTY = "spanmatch.test.requireBackend";

  // So slow that no problem is better off with it than with an accelerator.
  private static final String REFERENCE = "reference";

  private static final Logger LOGGER = System.getLogger("org.spanmatch.kernel");

  private Kernels() {}

  /** The backends on the class path, whether they can run or not, highest priority first. */
  public static List<KernelProvider> providers() {
    List<KernelProvider> found = new ArrayList<>();
    Iterator<KernelProvider> providers = ServiceLoader.load(KernelProvider.class).iterator();
    while (true) {
      try {
        if (!providers.hasNext()) {
          break;
        }
        found.add(providers.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        // One broken jar must not take the other backends away.
        LOGGER.log(Level.WARNING, "a backend on the class path can't be loaded: " + e);
      }
    }
    found.sort(Comparator.comparingInt(KernelProvider::priority).reversed());
    return List.copyOf(found);
  }

  /**
   * Opens a kernel.
   *
   * @param backend a backend's name, or {@link #AUTO}
   * @throws KernelUnavailableException if the backend asked for can't run
   */
  public static ProjectionKernel open(String backend, KernelOptions options) {
    return open(backend, options, providers());
  }

  static ProjectionKernel open(
      String backend, KernelOptions options, List<KernelProvider> providers) {
    String property = System.getProperty(BACKEND_PROPERTY, AUTO);
    ProjectionKernel kernel;
    if (!backend.equals(AUTO)) {
      kernel = forced(backend, "asked for by name", options, providers);
    } else if (!property.equals(AUTO)) {
      kernel = forced(property, "asked for by -D" + BACKEND_PROPERTY, options, providers);
    } else {
      kernel = automatic(options, providers);
    }
    String required = System.getProperty(REQUIRED_PROPERTY);
    if (required != null && !required.equals(kernel.info().name())) {
      kernel.close();
      throw new IllegalStateException(
          "-D"
              + REQUIRED_PROPERTY
              + "="
              + required
              + ", but "
              + kernel.info().name()
              + " was used");
    }
    return kernel;
  }

  private static ProjectionKernel forced(
      String backend, String reason, KernelOptions options, List<KernelProvider> providers) {
    for (KernelProvider provider : providers) {
      if (provider.name().equals(backend)) {
        Optional<Unavailable> problem = provider.unavailable();
        if (problem.isPresent()) {
          throw new KernelUnavailableException(
              "backend '" + backend + "' is unavailable: " + text(problem.get()));
        }
        return provider.open(options, reason);
      }
    }
    throw new KernelUnavailableException(
        "backend '"
            + backend
            + "' is unavailable: it is not on the class path, which has "
            + providers.stream().map(KernelProvider::name).collect(Collectors.joining(", ")));
  }

  private static ProjectionKernel automatic(KernelOptions options, List<KernelProvider> providers) {
    List<String> passedOver = new ArrayList<>();
    for (int i = 0; i < providers.size(); i++) {
      KernelProvider provider = providers.get(i);
      Optional<Unavailable> problem = provider.unavailable();
      if (problem.isEmpty()) {
        String reason =
            passedOver.isEmpty()
                ? "the first choice is available"
                : "not available: " + String.join(", ", passedOver);
        return automatic(provider, reason, options, providers.subList(i + 1, providers.size()));
      }
      passedOver.add(provider.name());
      LOGGER.log(Level.DEBUG, provider.name() + " is unavailable: " + text(problem.get()));
    }
    throw new KernelUnavailableException("no backend is available: " + passedOver);
  }

  private static ProjectionKernel automatic(
      KernelProvider chosen, String why, KernelOptions options, List<KernelProvider> others) {
    Optional<KernelProvider> next = forSmallProblems(chosen, others);
    String reason =
        why
            + next.map(n -> "; layers too small for " + chosen.name() + " run on " + n.name())
                .orElse("");
    LOGGER.log(Level.INFO, "using backend " + chosen.name() + " (" + reason + ")");
    ProjectionKernel kernel = chosen.open(options, reason);
    if (next.isEmpty()) {
      return kernel;
    }
    KernelProvider other = next.get();
    return new AutomaticKernel(kernel, () -> other.open(options, "too small for " + chosen.name()));
  }

  /** The backend that takes what is too small for the chosen one, if it is to be another. */
  private static Optional<KernelProvider> forSmallProblems(
      KernelProvider chosen, List<KernelProvider> others) {
    if (!chosen.isAccelerator() || System.getProperty(REQUIRED_PROPERTY) != null) {
      return Optional.empty();
    }
    return others.stream()
        .filter(other -> !other.name().equals(REFERENCE) && other.unavailable().isEmpty())
        .findFirst();
  }

  private static String text(Unavailable problem) {
    return problem.reason() + "; " + problem.cure();
  }
}
