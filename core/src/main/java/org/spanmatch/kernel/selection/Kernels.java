package org.spanmatch.kernel.selection;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelOptions.GramMethod;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.KernelProvider.Unavailable;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.AutomaticKernel.Candidate;
import org.spanmatch.kernel.selection.CostProfile.Machine;

/**
 * Finds backends and chooses one.
 *
 * <p>A backend is <em>forced</em> by name, in the call or with {@code -Dspanmatch.backend=NAME}: if
 * it can't run, that is an error. Otherwise the choice is <em>automatic</em>. With a cost profile
 * of this machine, each problem goes to the backend that should be fastest. Without one, all go to
 * the available backend of highest priority; if that is an accelerator, problems too small for it
 * go to the next one.
 */
public final class Kernels {
  /** The name that asks for the automatic choice. */
  public static final String AUTO = "auto";

  /** The system property that forces a backend if the call asks for {@link #AUTO}. */
  public static final String BACKEND_PROPERTY = "spanmatch.backend";

  /**
   * The system property that names the only backend that may be opened, or else {@link #open}
   * throws; tests set it so that a run can't silently use another.
   */
  public static final String REQUIRED_PROPERTY = "spanmatch.test.requireBackend";

  // So slow that even an accelerator's fixed costs are better.
  private static final String REFERENCE = "reference";

  private static final Logger LOGGER = System.getLogger("org.spanmatch.kernel");

  private Kernels() {}

  /**
   * {@return the backends on the class path, whether or not they can run, highest priority first}
   */
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
        // One broken jar must not hide the other backends.
        LOGGER.log(Level.WARNING, "a backend on the class path can't be loaded: " + e);
      }
    }
    found.sort(Comparator.comparingInt(KernelProvider::priority).reversed());
    return List.copyOf(found);
  }

  /**
   * Looks on another thread which backends can run, as {@link #open} does and then need not wait
   * for: native libraries are loaded for that. What goes wrong is for {@code open} to report.
   *
   * @param backend a backend's name, or {@link #AUTO}
   * @return the search; its end waits for the thread, which must not be busy in a driver when the
   *     program ends
   */
  public static Search search(String backend) {
    return new Search(backend, Kernels::providers);
  }

  /** A search for backends that can run, as {@link #search} makes it. */
  public static final class Search implements AutoCloseable {
    private final Thread thread;

    Search(String backend, Supplier<List<KernelProvider>> providers) {
      thread = new Thread(() -> look(backend, providers), "spanmatch-backends");
      thread.setDaemon(true);
      try {
        thread.start();
      } catch (OutOfMemoryError e) {
        // The system has no more threads, so open finds out by itself.
      }
    }

    private static void look(String backend, Supplier<List<KernelProvider>> providers) {
      String name = backend.equals(AUTO) ? System.getProperty(BACKEND_PROPERTY, AUTO) : backend;
      try {
        for (KernelProvider provider : providers.get()) {
          if (provider.isAccelerator() && (name.equals(AUTO) || name.equals(provider.name()))) {
            provider.unavailable();
          }
        }
      } catch (RuntimeException | Error e) {
        LOGGER.log(Level.DEBUG, "while looking for backends", e);
      }
    }

    @Override
    public void close() {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Opens a kernel. Options that ask for {@link GramMethod#SLICED} force a backend that offers it.
   *
   * <p>A kernel may take hold of a device only at its first problem, and a device that can't be had
   * then is an error of that problem, a {@link KernelException.Unavailable} too.
   *
   * @param backend a backend's name, or {@link #AUTO}
   * @param options the threads and the device to use
   * @return the kernel, which the caller closes
   * @throws KernelException.Unavailable if the backend asked for can't run, or does not offer the
   *     method of the options
   */
  public static ProjectionKernel open(String backend, KernelOptions options) {
    return open(backend, options, Optional.empty(), providers());
  }

  /**
   * Opens a kernel; the automatic choice uses measured costs if they apply.
   *
   * @param backend a backend's name, or {@link #AUTO}
   * @param options the threads and the device to use
   * @param profile the costs; ignored if it is from another machine or lacks a backend, and {@link
   *     org.spanmatch.kernel.ProjectionKernel.Info#reason()} then says so
   * @return the kernel, which the caller closes
   * @throws KernelException.Unavailable if the backend asked for can't run
   */
  public static ProjectionKernel open(String backend, KernelOptions options, CostProfile profile) {
    return open(
        backend, options, Optional.of(Objects.requireNonNull(profile, "profile")), providers());
  }

  static ProjectionKernel open(
      String backend,
      KernelOptions options,
      Optional<CostProfile> profile,
      List<KernelProvider> providers) {
    Objects.requireNonNull(backend, "backend");
    Objects.requireNonNull(options, "options");
    String property = System.getProperty(BACKEND_PROPERTY, AUTO);
    ProjectionKernel kernel;
    if (!backend.equals(AUTO)) {
      kernel = forced(backend, "asked for by name", options, providers);
    } else if (!property.equals(AUTO)) {
      kernel = forced(property, "asked for by -D" + BACKEND_PROPERTY, options, providers);
    } else if (options.gram() == GramMethod.SLICED) {
      kernel = forced(slicing(providers), "asked for by its method, sliced", options, providers);
    } else {
      kernel = automatic(options, profile, providers);
    }
    String required = System.getProperty(REQUIRED_PROPERTY);
    if (required != null && !required.equals(kernel.info().name())) {
      String used = kernel.info().name();
      kernel.close();
      throw new KernelException.Unavailable(
          "-D"
              + REQUIRED_PROPERTY
              + "="
              + required
              + ", but "
              + used
              + " was used: "
              + whyNot(required, providers));
    }
    return kernel;
  }

  private static String whyNot(String required, List<KernelProvider> providers) {
    Optional<KernelProvider> provider =
        providers.stream().filter(one -> one.name().equals(required)).findFirst();
    if (provider.isEmpty()) {
      return required + " is not on the class path, which has " + names(providers);
    }
    return provider
        .get()
        .unavailable()
        .map(problem -> required + " is unavailable: " + text(problem))
        .orElse("another backend was asked for, or comes first; ask for " + required + " by name");
  }

  private static String names(List<KernelProvider> providers) {
    return providers.stream().map(KernelProvider::name).collect(Collectors.joining(", "));
  }

  /** The first backend that multiplies slices, whether or not it can run here. */
  private static String slicing(List<KernelProvider> providers) {
    List<String> names = offering(GramMethod.SLICED, providers);
    if (names.isEmpty()) {
      throw new KernelException.Unavailable(
          "no backend on the class path, which has "
              + names(providers)
              + ", offers the method 'sliced' for Gram matrices");
    }
    return names.get(0);
  }

  private static List<String> offering(GramMethod method, List<KernelProvider> providers) {
    return providers.stream()
        .filter(provider -> provider.offers(method))
        .map(KernelProvider::name)
        .toList();
  }

  private static ProjectionKernel forced(
      String backend, String reason, KernelOptions options, List<KernelProvider> providers) {
    for (KernelProvider provider : providers) {
      if (provider.name().equals(backend)) {
        if (!provider.offers(options.gram())) {
          throw new KernelException.Unavailable(
              "backend '"
                  + backend
                  + "' does not offer the method '"
                  + options.gram()
                  + "' for Gram matrices; backends that do: "
                  + String.join(", ", offering(options.gram(), providers)));
        }
        Optional<Unavailable> problem = provider.unavailable();
        if (problem.isPresent()) {
          throw new KernelException.Unavailable(
              "backend '" + backend + "' is unavailable: " + text(problem.get()));
        }
        return provider.isAccelerator()
            ? withFallback(provider, options, reason, providers)
            : provider.open(options, reason);
      }
    }
    throw new KernelException.Unavailable(
        "backend '"
            + backend
            + "' is unavailable: it is not on the class path, which has "
            + names(providers));
  }

  /** Opens an accelerator, with the best backend that is none for what it declines. */
  private static ProjectionKernel withFallback(
      KernelProvider chosen, KernelOptions options, String reason, List<KernelProvider> providers) {
    Stream<KernelProvider> others =
        providers.stream()
            .filter(other -> !other.isAccelerator() && other.unavailable().isEmpty())
            .limit(1);
    return new AutomaticKernel(
            Stream.concat(Stream.of(chosen), others)
                .map(provider -> candidate(provider, options, reason))
                .toList(),
            new ForcedChoice(reason))
        .openFirst();
  }

  private static ProjectionKernel automatic(
      KernelOptions options, Optional<CostProfile> profile, List<KernelProvider> providers) {
    List<KernelProvider> available = new ArrayList<>();
    List<String> passedOver = new ArrayList<>();
    for (KernelProvider provider : providers) {
      // The reference is the last resort.
      if (available.isEmpty() || !provider.name().equals(REFERENCE)) {
        Optional<Unavailable> problem = provider.unavailable();
        if (problem.isEmpty()) {
          available.add(provider);
        } else {
          LOGGER.log(Level.DEBUG, provider.name() + " is unavailable: " + text(problem.get()));
          if (available.isEmpty()) {
            passedOver.add(provider.name());
          }
        }
      }
    }
    if (available.isEmpty()) {
      throw new KernelException.Unavailable(
          passedOver.isEmpty()
              ? "no backend is on the class path; add spanmatch-kernel-java, which runs everywhere"
              : "no backend is available: not " + String.join(", ", passedOver));
    }
    String reason =
        passedOver.isEmpty()
            ? "the first choice is available"
            : "not available: " + String.join(", ", passedOver);
    if (System.getProperty(REQUIRED_PROPERTY) != null) {
      return opened(available.get(0), options, reason);
    }
    if (profile.isPresent()) {
      Optional<String> mismatch = mismatch(profile.get(), options, available);
      if (mismatch.isEmpty()) {
        return byCosts(profile.get(), options, available);
      }
      reason += "; profile of " + profile.get().date() + " not used, " + mismatch.get();
    }
    return bySize(options, reason, available);
  }

  private static Optional<String> mismatch(
      CostProfile profile, KernelOptions options, List<KernelProvider> available) {
    Map<String, String> details = new LinkedHashMap<>();
    available.forEach(provider -> details.put(provider.name(), details(provider)));
    return profile.mismatch(Machine.here(), options.threads(), details);
  }

  /**
   * {@return what a backend runs on, in the form that a {@link CostProfile} stores}
   *
   * @param provider an available backend
   */
  public static String details(KernelProvider provider) {
    return String.join("; ", provider.details());
  }

  private static ProjectionKernel byCosts(
      CostProfile profile, KernelOptions options, List<KernelProvider> available) {
    CostChoice choice =
        new CostChoice(profile, available.stream().map(KernelProvider::name).toList());
    LOGGER.log(Level.DEBUG, "using " + choice.reason());
    return new AutomaticKernel(
        available.stream()
            .map(provider -> candidate(provider, options, "profile of " + profile.date()))
            .toList(),
        choice);
  }

  private static Candidate candidate(
      KernelProvider provider, KernelOptions options, String reason) {
    return new Candidate(
        provider.name(), provider.isAccelerator(), () -> provider.open(options, reason));
  }

  private static ProjectionKernel bySize(
      KernelOptions options, String why, List<KernelProvider> available) {
    KernelProvider chosen = available.get(0);
    if (!chosen.isAccelerator() || available.size() == 1) {
      return opened(chosen, options, why);
    }
    KernelProvider next = available.get(1);
    String reason = why + "; layers too small for " + chosen.name() + " run on " + next.name();
    ProjectionKernel accelerator = opened(chosen, options, reason);
    return new AutomaticKernel(
            List.of(
                new Candidate(chosen.name(), true, () -> accelerator),
                candidate(next, options, "too small for " + chosen.name())),
            new SizeChoice(accelerator, reason))
        .openFirst();
  }

  private static ProjectionKernel opened(
      KernelProvider provider, KernelOptions options, String reason) {
    LOGGER.log(Level.DEBUG, "using backend " + provider.name() + " (" + reason + ")");
    return provider.open(options, reason);
  }

  private static String text(Unavailable problem) {
    return problem.reason() + "; " + problem.cure();
  }
}
