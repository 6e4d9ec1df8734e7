package org.spanmatch.validation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * Runs all checks on backends and collects their findings.
 *
 * <p>An exception or a hang of a backend is a finding too. Only a crash of the whole process ends
 * the validation.
 */
public final class Validator implements AutoCloseable {
  // More would say nothing new, and each takes time.
  private static final int MOST_SHRUNK = 3;
  private static final Duration SHRINKING = Duration.ofSeconds(10);

  private final List<Candidate> candidates;

  /**
   * Prepares a validation of some backends.
   *
   * @param providers the backends, which must be available
   * @param options the resources that they may use
   * @param limit the time that one check may take
   */
  public Validator(List<KernelProvider> providers, KernelOptions options, Duration limit) {
    candidates =
        providers.stream().map(provider -> new Candidate(provider, options, limit)).toList();
  }

  /** Validates all backends on a case. */
  public void validate(Case example) {
    Truth truth = new Truth(example);
    truth.prepare();
    for (Candidate candidate : candidates) {
      for (Check check : Check.all()) {
        if (candidate.isLost()) {
          candidate.skip();
        } else if (check.suits(truth)) {
          validate(candidate, check, example, truth);
        }
      }
    }
  }

  private static void validate(Candidate candidate, Check check, Case example, Truth truth) {
    long start = System.nanoTime();
    run(candidate, check, example, truth)
        .ifPresent(
            finding -> {
              double seconds = (System.nanoTime() - start) / 1e9;
              candidate.add(
                  new Observation(
                      example.name(),
                      check.name(),
                      finding,
                      seconds,
                      counterExample(candidate, check, example, finding)));
            });
  }

  private static Optional<Finding> run(
      Candidate candidate, Check check, Case example, Truth truth) {
    return candidate.attempt(
        kernel ->
            check.run(
                new Subject(example, truth, kernel, candidate::singleThreaded, check.precision())));
  }

  private static Optional<CounterExample> counterExample(
      Candidate candidate, Check check, Case example, Finding finding) {
    if (!finding.outcome().isFailure()
        || candidate.isLost()
        || candidate.counterExamples() >= MOST_SHRUNK) {
      return Optional.empty();
    }
    return Optional.of(
        Shrinking.of(
            new CounterExample(example, finding),
            smaller ->
                candidate.isLost()
                    ? Optional.empty()
                    : run(candidate, check, smaller, new Truth(smaller)),
            SHRINKING));
  }

  /**
   * Compares backends with each other on a whole layer.
   *
   * @param wanted the names of the backends to compare
   */
  public void compare(LayerPair.OfActivations pair, Predicate<String> wanted) {
    Map<String, WholeLayer> known = new LinkedHashMap<>();
    for (Candidate candidate : candidates) {
      if (!wanted.test(candidate.name())) {
        continue;
      }
      if (candidate.isLost()) {
        candidate.skip();
        continue;
      }
      List<WholeLayer> answers = new ArrayList<>();
      long start = System.nanoTime();
      Optional<Finding> failure = candidate.attempt(kernel -> answer(pair, kernel, answers));
      double seconds = (System.nanoTime() - start) / 1e9;
      failure.ifPresent(finding -> add(candidate, pair, "whole layers", finding, seconds));
      if (failure.isEmpty() && !answers.isEmpty()) {
        WholeLayer found = answers.get(0);
        known.forEach(
            (name, other) -> {
              Evidence evidence = new Evidence();
              found.compare(other, evidence);
              add(candidate, pair, "whole layers as " + name, evidence.finding(), seconds);
            });
        known.put(candidate.name(), found);
      }
    }
  }

  private static Optional<Finding> answer(
      LayerPair.OfActivations pair, ProjectionKernel kernel, List<WholeLayer> answers) {
    answers.add(WholeLayer.of(pair, kernel));
    return Optional.empty();
  }

  private static void add(
      Candidate candidate,
      LayerPair.OfActivations pair,
      String check,
      Finding finding,
      double seconds) {
    candidate.add(new Observation(pair.name(), check, finding, seconds, Optional.empty()));
  }

  /**
   * Runs all backends on a problem that is hard in one respect.
   *
   * @return one point per backend and precision
   */
  public List<StressPoint> stress(Stress stress) {
    Truth truth = new Truth(stress.example());
    List<StressPoint> points = new ArrayList<>();
    for (Candidate candidate : candidates) {
      for (Precision precision : Precision.values()) {
        if (candidate.isLost()) {
          candidate.skip();
          continue;
        }
        candidate
            .attempt(
                kernel -> {
                  if (precision == Precision.STANDARD || Check.hasBothPrecisions(kernel)) {
                    points.add(stress.measure(candidate.name(), kernel, precision, truth));
                  }
                  return Optional.empty();
                })
            .ifPresent(failure -> points.add(stress.failed(candidate.name(), precision, failure)));
      }
    }
    return points;
  }

  /** Returns the results so far, one report per backend. */
  public List<Report> reports() {
    return candidates.stream().map(Candidate::report).toList();
  }

  /** Closes the kernels; abandons those that hang. */
  @Override
  public void close() {
    candidates.forEach(Candidate::close);
  }
}
