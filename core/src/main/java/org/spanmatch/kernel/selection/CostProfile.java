package org.spanmatch.kernel.selection;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The costs of matching on the backends of one machine, as measured there.
 *
 * <p>Stored as a human-readable Java properties file.
 *
 * @param date date of the measurement
 * @param machine the machine that was measured
 * @param threads number of threads used, at least 1
 * @param backends the measured backends by name; at least one
 */
public record CostProfile(
    LocalDate date, Machine machine, int threads, Map<String, Backend> backends) {
  /**
   * Checks that there is a thread and a backend, and copies the map.
   *
   * @param date date of the measurement
   * @param machine the machine that was measured
   * @param threads number of threads used, at least 1
   * @param backends the measured backends by name
   */
  public CostProfile {
    backends = Map.copyOf(backends);
    if (threads < 1 || backends.isEmpty()) {
      throw new IllegalArgumentException("a profile needs a backend and a thread");
    }
  }

  /**
   * {@return the expected time of matching a layer of this size, in seconds}
   *
   * @param backend a backend's name
   * @param xNeurons number of neurons of the first group
   * @param yNeurons number of neurons of the second group
   * @param samples number of samples, at least 1
   * @throws IllegalArgumentException if the backend was not measured
   */
  public double seconds(String backend, int xNeurons, int yNeurons, long samples) {
    Backend measured = backends.get(backend);
    if (measured == null) {
      throw new IllegalArgumentException("the profile has no backend " + backend);
    }
    return measured.model().seconds(xNeurons, yNeurons, samples);
  }

  /**
   * {@return why this profile does not apply to a computation; empty if it does}
   *
   * @param here the current machine
   * @param threadsNow the current number of threads
   * @param details what each backend that may be chosen now runs on, by backend name
   */
  public Optional<String> mismatch(Machine here, int threadsNow, Map<String, String> details) {
    if (!here.equals(machine)) {
      return Optional.of("it is of another machine: " + difference(here));
    }
    if (threadsNow != threads) {
      return Optional.of("it is for " + threads + " threads, not " + threadsNow);
    }
    for (Map.Entry<String, String> backend : details.entrySet()) {
      Backend measured = backends.get(backend.getKey());
      if (measured == null) {
        return Optional.of(backend.getKey() + " was not measured");
      }
      if (!measured.details().equals(backend.getValue())) {
        return Optional.of(
            backend.getKey()
                + " ran on '"
                + measured.details()
                + "', now it has '"
                + backend.getValue()
                + "'");
      }
    }
    return Optional.empty();
  }

  private String difference(Machine here) {
    return List.of(
            List.of("processor", machine.processor(), here.processor()),
            List.of("processors", "" + machine.processors(), "" + here.processors()),
            List.of("system", machine.system(), here.system()),
            List.of("Java", machine.java(), here.java()))
        .stream()
        .filter(field -> !field.get(1).equals(field.get(2)))
        .map(field -> field.get(0) + " '" + field.get(1) + "', here '" + field.get(2) + "'")
        .collect(Collectors.joining("; "));
  }

  /** {@return the content of a profile file} */
  public String text() {
    return ProfileText.of(this);
  }

  /**
   * Reads a profile from a file.
   *
   * @param file the file
   * @return the profile
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if it is not a profile; the message says what is wrong with it
   */
  public static CostProfile read(Path file) throws IOException {
    try {
      return ProfileText.parse(Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("it is not a text", e);
    }
  }

  /**
   * The measured costs of one backend.
   *
   * @param details what it runs on, such as devices and their driver version; may be empty
   * @param model the cost model fitted to the measurements
   */
  public record Backend(String details, CostModel model) {}

  /**
   * A model of the time that matching a layer takes on a backend, at standard precision.
   *
   * @param compress cost of reading and compressing the activations
   * @param match cost of finding the matches of the compressed layer
   */
  public record CostModel(PhaseCost compress, PhaseCost match) {
    // Models are measured with float32; other types take about as long.
    private static final int ELEMENT_BYTES = Float.BYTES;

    /**
     * {@return the expected time of matching a layer of this size, in seconds}
     *
     * @param xNeurons number of neurons of the first group
     * @param yNeurons number of neurons of the second group
     * @param samples number of samples, at least 1
     */
    public double seconds(int xNeurons, int yNeurons, long samples) {
      LayerWork work = LayerWork.of(xNeurons, yNeurons, samples, ELEMENT_BYTES);
      return compress.seconds(work.compressFlops(), work.compressBytes())
          + match.seconds(work.matchFlops(), work.matchBytes());
    }
  }

  /**
   * The cost of one phase on a backend, linear in operations and bytes.
   *
   * @param fixed seconds at any size; finite, at least 0
   * @param perFlop seconds per operation; finite, at least 0
   * @param perByte seconds per byte; finite, at least 0
   */
  public record PhaseCost(double fixed, double perFlop, double perByte) {
    /**
     * Checks the ranges.
     *
     * @param fixed seconds at any size
     * @param perFlop seconds per operation
     * @param perByte seconds per byte
     */
    public PhaseCost {
      requireCost(fixed);
      requireCost(perFlop);
      requireCost(perByte);
    }

    private static void requireCost(double seconds) {
      if (!(seconds >= 0 && seconds <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException("expected seconds of at least 0, found " + seconds);
      }
    }

    /** Returns the time that a number of operations on a number of bytes takes, in seconds. */
    double seconds(double flops, double bytes) {
      return fixed + perFlop * flops + perByte * bytes;
    }
  }

  /**
   * The work of matching a layer, by phase.
   *
   * <p>With d samples and m neurons in all, n of them in one network, the Gram matrix takes d·m²
   * operations (one triangle only) on d·m activations, and the match levels of one network's
   * neurons take about 8/3·n³ on a matrix of m² elements.
   *
   * @param compressFlops operations to compress
   * @param compressBytes bytes of activations to read
   * @param matchFlops operations to find all match levels
   * @param matchBytes bytes of the Gram matrix
   */
  public record LayerWork(
      double compressFlops, double compressBytes, double matchFlops, double matchBytes) {
    /**
     * {@return the work of matching a layer}
     *
     * @param xNeurons number of neurons of the first network
     * @param yNeurons number of neurons of the second network
     * @param samples number of samples
     * @param elementBytes bytes per activation
     */
    public static LayerWork of(int xNeurons, int yNeurons, long samples, int elementBytes) {
      double x = xNeurons;
      double y = yNeurons;
      double all = x + y;
      return new LayerWork(
          samples * all * all,
          samples * all * elementBytes,
          8 / 3.0 * (x * x * x + y * y * y),
          Double.BYTES * all * all);
    }
  }

  /**
   * A machine, as far as it decides how long a computation takes on its processor.
   *
   * @param processor the processor's name
   * @param processors number of processors that Java may use
   * @param system operating system and architecture
   * @param java the virtual machine and its version
   */
  public record Machine(String processor, int processors, String system, String java) {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    /** {@return this machine} */
    public static Machine here() {
      return new Machine(
          processorName(),
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("os.name") + " on " + System.getProperty("os.arch"),
          System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
    }

    private static String processorName() {
      if (Files.isReadable(PROCESSORS)) {
        try (Stream<String> lines = Files.lines(PROCESSORS)) {
          return lines
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse(unnamed());
        } catch (IOException e) {
          return unnamed();
        }
      }
      return unnamed();
    }

    private static String unnamed() {
      return "unnamed " + System.getProperty("os.arch") + " processor";
    }
  }
}
