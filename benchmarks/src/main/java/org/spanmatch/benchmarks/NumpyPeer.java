package org.spanmatch.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.spanmatch.kernel.Group;
import org.spanmatch.match.Match;
import org.spanmatch.tuning.Mixtures;
import org.spanmatch.tuning.NpyFile;

/**
 * A method of {@code peers/numpy_peers.py} in a Python process that lives as long as this object,
 * with the activations loaded.
 */
final class NumpyPeer implements AutoCloseable {
  private static final String SCRIPT = "numpy_peers.py";

  private final Path folder;
  private final Process process;
  private final BufferedReader answers;

  /**
   * Starts the process and passes it the activations in a file.
   *
   * @param method {@code authors}, {@code gram} or, for one minimal match, {@code minimal}, ε and
   *     the position of a neuron of X, separated by spaces
   * @throws IllegalStateException if there is no Python with numpy
   */
  NumpyPeer(String method, Mixtures data, int threads) {
    Optional<String> missing = missing();
    if (missing.isPresent()) {
      throw new IllegalStateException(missing.get());
    }
    try {
      folder = Files.createTempDirectory("spanmatch-benchmarks");
      for (Group group : Group.values()) {
        NpyFile.write(file(group), data.layer(group));
      }
      Path script = folder.resolve(SCRIPT);
      try (InputStream resource = NumpyPeer.class.getResourceAsStream(SCRIPT)) {
        Files.copy(resource, script);
      }
      ProcessBuilder builder =
          python(script.toString(), folder.toString(), data.layer(Group.X).layout().label());
      builder.command().addAll(List.of(method.split(" ", -1)));
      builder.environment().put("OPENBLAS_NUM_THREADS", Integer.toString(threads));
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    answers = process.inputReader(StandardCharsets.UTF_8);
    require("ready", answer());
  }

  private Path file(Group group) {
    return folder.resolve(group.label() + ".npy");
  }

  private static ProcessBuilder python(String... arguments) {
    ProcessBuilder builder = new ProcessBuilder(arguments);
    builder.command().add(0, "python3");
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeAll(OpenBlas.SLOWING_VARIABLES);
    return builder;
  }

  /** Returns why there is no Python with numpy, and the cure; empty if there is. */
  static Optional<String> missing() {
    String cure = "install it, for example with 'apt install python3-numpy'";
    try {
      Process process = python("-c", "import numpy").start();
      process.getOutputStream().close();
      int exit = process.waitFor();
      return exit == 0
          ? Optional.empty()
          : Optional.of("python3 has no numpy, which this benchmark compares with; " + cure);
    } catch (IOException e) {
      return Optional.of(
          "python3 with numpy, which this benchmark compares with, is missing; " + cure);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Computes all matches. */
  void run() {
    ask("run");
    require("done", answer());
  }

  /**
   * Returns the last run's matches, without similarities and borderline neurons.
   *
   * @param epsilons the ε of the run
   */
  List<Match> matches(double... epsilons) {
    ask("matches");
    try {
      List<List<List<Integer>>> sets =
          new ObjectMapper().readValue(answer(), new TypeReference<>() {});
      List<Match> matches = new ArrayList<>();
      for (int i = 0; i < epsilons.length; i++) {
        List<List<Integer>> groups = sets.get(i);
        matches.add(
            new Match(
                epsilons[i],
                groups.get(0),
                groups.get(1),
                Double.NaN,
                List.of(),
                List.of(),
                List.of(),
                List.of()));
      }
      return matches;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void ask(String question) {
    try {
      OutputStream questions = process.getOutputStream();
      questions.write((question + "\n").getBytes(StandardCharsets.UTF_8));
      questions.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String answer() {
    try {
      return answers.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void require(String expected, String found) {
    if (!expected.equals(found)) {
      throw new IllegalStateException(
          "expected '" + expected + "' from " + SCRIPT + ", found " + found);
    }
  }

  /** Ends the process and deletes the files. */
  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
      Files.delete(folder.resolve(SCRIPT));
      Files.delete(file(Group.X));
      Files.delete(file(Group.Y));
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
