package org.spanmatch.cli.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.demo.DigitCases;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.LayerSelection;
import org.spanmatch.cli.options.ShellWords;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.BreakingPoints;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.OutputFile;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.cli.output.ValidationReport;
import org.spanmatch.cli.output.Version;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.ProgressLine;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions.GramMethod;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.KernelProvider.Unavailable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.report.JunitXml;
import org.spanmatch.report.results.BreakingPointsResult;
import org.spanmatch.report.results.ValidationResult;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.validation.Case;
import org.spanmatch.validation.Corpus;
import org.spanmatch.validation.Excerpt;
import org.spanmatch.validation.Level;
import org.spanmatch.validation.Report;
import org.spanmatch.validation.Stress;
import org.spanmatch.validation.StressPoint;
import org.spanmatch.validation.Validator;

/** {@code spanmatch validate}: whether backends compute what they promise, on this machine. */
public final class ValidateCommand implements Command {
  // So slow that whole layers need a limit: products of samples and neurons².
  private static final String SLOW = "reference";
  private static final double QUICK_PRODUCTS = 2e9;
  private static final double FULL_PRODUCTS = 2e11;

  private final Supplier<List<KernelProvider>> providers;

  /** The command for these backends. */
  public ValidateCommand(Supplier<List<KernelProvider>> providers) {
    this.providers = providers;
  }

  @Override
  public String name() {
    return "validate";
  }

  @Override
  public String summary() {
    return "whether backends keep their error bounds here, on built-in problems or your layers";
  }

  @Override
  public String arguments() {
    return "[A B]";
  }

  @Override
  public List<Option> options() {
    return ValidateOptions.definitions();
  }

  @Override
  public String details() {
    return """
        Distances, maximum matches, match levels, simple matches, removals, roll-backs, norms and sums
        of each backend are held against exact ones, in arithmetic of about 30 digits, and may be off
        by the error bounds that the backend states, and no more; nor may it matter in which order
        neurons and samples come, how they are scaled and stored, and on how many threads. Each
        problem is one of a built-in collection, or with two files an excerpt of each of their
        layers; whole layers of files are compared between the backends.

        An outcome is 'borderline' where a backend says itself that a result is in doubt. Exit code 5
        means that a bound was violated, or that a backend failed, with or without saying so. What
        failed is shown with the smallest problem found that fails too, and the command that repeats
        it. quick takes less than a minute for java and reference on 2 cores, full some minutes.

        --breaking-points shows instead where bounds become useless, which is no failure: on nearly
        dependent neurons, on norms that differ by many powers of ten, and on up to 10^6 samples
        (full: 10^8, exhaustive: 10^9). That an error exceeds its bound is one here too.

        Examples:
          spanmatch validate
          spanmatch validate --backends cuda,java --level full --junit validate.xml
          spanmatch validate seed0.npz seed1.npz --json validate.json
          spanmatch validate --breaking-points --level full --out breaking-points
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    ValidateOptions options = ValidateOptions.of(arguments);
    List<ValidationResult.Missing> missing = new ArrayList<>();
    List<KernelProvider> chosen = chosen(options.backends(), missing);
    GramMethod gram = options.kernel().gram();
    if (chosen.stream().noneMatch(provider -> provider.offers(gram))) {
      throw new KernelException.Unavailable(
          "none of the backends to validate offers the method '" + gram + "' for Gram matrices");
    }
    if (options.breakingPoints()) {
      findBreakingPoints(options, console, chosen, missing);
    } else {
      validate(options, console, chosen, missing);
    }
  }

  private static void validate(
      ValidateOptions options,
      Console console,
      List<KernelProvider> chosen,
      List<ValidationResult.Missing> missing)
      throws IOException {
    List<LayerPair.OfActivations> pairs =
        options.input().map(input -> Input.ofActivations(input).pairs()).orElse(List.of());
    options.json().check();
    options.junit().ifPresent(OutputFile::check);

    boolean builtIn = options.input().isEmpty();
    List<Case> all =
        builtIn ? Corpus.of(options.level(), options.seed()) : excerpts(options, pairs);
    List<String> names = new ArrayList<>(all.stream().map(Case::name).toList());
    if (builtIn) {
      names.addAll(DigitCases.names(options.level()));
    }
    pairs.forEach(pair -> names.add(pair.name()));
    Predicate<String> wanted = wanted(options, names);
    List<Case> cases = new ArrayList<>(all);
    cases.removeIf(each -> !wanted.test(each.name()));
    if (builtIn) {
      cases.addAll(DigitCases.of(options.level(), wanted));
    }
    List<LayerPair.OfActivations> whole =
        pairs.stream().filter(pair -> wanted.test(pair.name())).toList();
    List<Report> reports;
    try (Validator validator = new Validator(chosen, options.kernel(), options.limit());
        ProgressLine progress =
            new ProgressLine(
                console,
                !options.quiet(),
                "validate",
                Collections.nCopies(cases.size() + whole.size(), 1L),
                List.of("check"))) {
      for (Case each : cases) {
        progress.startLayer(each.name());
        validator.validate(each);
      }
      for (LayerPair.OfActivations pair : whole) {
        progress.startLayer(pair.name());
        validator.compare(pair, name -> !name.equals(SLOW) || isFeasible(pair, options.level()));
      }
      progress.finish();
      reports = validator.reports();
    }
    ValidationResult result = result(options, cases.size() + whole.size(), reports, missing);
    if (!options.json().isStandardOutput()) {
      ValidationReport.print(result, console.out());
    }
    options.json().write(result, console.out());
    options
        .junit()
        .ifPresent(path -> OutputFile.write(path, target -> JunitXml.write(result, target)));
    if (!result.passed()) {
      throw new ValidationFailedException(result.sentence());
    }
  }

  private static void findBreakingPoints(
      ValidateOptions options,
      Console console,
      List<KernelProvider> chosen,
      List<ValidationResult.Missing> missing)
      throws IOException {
    JsonTarget json = options.json();
    json.check();
    Optional<ResultFolder> folder = options.out();
    folder.ifPresent(to -> to.check(BreakingPoints.FILES));
    folder.ifPresent(to -> to.noteMissingFigures(console.err()));
    List<Stress> all = Stress.of(options.level(), options.seed());
    List<StressPoint> points = new ArrayList<>();
    try (Validator validator = new Validator(chosen, options.kernel(), options.limit());
        ProgressLine progress =
            new ProgressLine(
                console,
                !options.quiet(),
                "validate",
                Collections.nCopies(all.size(), 1L),
                List.of("stress"))) {
      for (Stress each : all) {
        progress.startLayer(each.axis().toString());
        points.addAll(validator.stress(each));
      }
      progress.finish();
    }
    BreakingPointsResult result =
        BreakingPoints.result(options.level(), options.seed(), points, missing);
    if (!json.isStandardOutput()) {
      BreakingPoints.print(result, console.out());
    }
    json.write(result, console.out());
    folder.ifPresent(to -> BreakingPoints.write(result, to));
    if (!result.passed()) {
      throw new ValidationFailedException(result.sentence());
    }
  }

  /** The backends to validate; backends of "all" that can't run are reported. */
  private List<KernelProvider> chosen(List<String> names, List<ValidationResult.Missing> missing) {
    List<KernelProvider> all = providers.get();
    List<String> known = all.stream().map(KernelProvider::name).toList();
    boolean any = names.equals(List.of(BackendNames.ALL));
    for (String name : names) {
      if (!any && !known.contains(name)) {
        throw new UsageException(
            "--backends: expected all, " + String.join(", ", known) + ", found '" + name + "'");
      }
    }
    List<KernelProvider> chosen = new ArrayList<>();
    for (KernelProvider provider : all) {
      Optional<Unavailable> problem = provider.unavailable();
      String reason = problem.map(p -> p.reason() + "; " + p.cure()).orElse("");
      if (any && problem.isPresent()) {
        missing.add(new ValidationResult.Missing(provider.name(), reason));
      } else if (names.contains(provider.name()) && problem.isPresent()) {
        throw new KernelException.Unavailable(
            "backend '" + provider.name() + "' is unavailable: " + reason);
      } else if (any || names.contains(provider.name())) {
        chosen.add(provider);
      }
    }
    requirePinned(chosen, missing);
    return chosen;
  }

  /** Nothing that a CI job pins may be left out for want of a device. */
  private static void requirePinned(
      List<KernelProvider> chosen, List<ValidationResult.Missing> missing) {
    String required = System.getProperty(Kernels.REQUIRED_PROPERTY);
    if (required != null && chosen.stream().noneMatch(one -> one.name().equals(required))) {
      throw new KernelException.Unavailable(
          "-D"
              + Kernels.REQUIRED_PROPERTY
              + "="
              + required
              + ", but "
              + required
              + " is not among what is validated"
              + missing.stream()
                  .filter(one -> one.name().equals(required))
                  .map(one -> ": " + one.reason())
                  .findFirst()
                  .orElse(""));
    }
  }

  private static List<Case> excerpts(ValidateOptions options, List<LayerPair.OfActivations> pairs) {
    Level level = options.level();
    int scale = level == Level.QUICK ? 1 : level == Level.FULL ? 2 : 4;
    return pairs.stream().map(pair -> Excerpt.of(pair, 200 * scale, 24 * scale)).toList();
  }

  /** Whether {@code --case} asks for a name. */
  private static Predicate<String> wanted(ValidateOptions options, List<String> names) {
    if (options.cases().isEmpty()) {
      return LayerSelection.ALL;
    }
    String text = options.cases().get();
    return CaseNames.split(text, names)
        .map(LayerSelection::new)
        .orElseThrow(
            () ->
                new UsageException(
                    "--case: no case is named '"
                        + text
                        + "'; there are "
                        // In quotes, for there are commas in them.
                        + DisplayName.list(names.stream().map(name -> "'" + name + "'").toList())));
  }

  private static boolean isFeasible(LayerPair.OfActivations pair, Level level) {
    double neurons = (double) pair.x().neurons() + pair.y().neurons();
    double products = pair.x().samples() * neurons * neurons;
    return level == Level.EXHAUSTIVE
        || products < (level == Level.QUICK ? QUICK_PRODUCTS : FULL_PRODUCTS);
  }

  private static ValidationResult result(
      ValidateOptions options,
      int cases,
      List<Report> reports,
      List<ValidationResult.Missing> missing) {
    List<ValidationResult.Backend> backends =
        reports.stream()
            .map(report -> ValidationReport.backend(report, name -> repeat(options, report, name)))
            .toList();
    return new ValidationResult(
        Version.TEXT,
        System.getProperty("java.version"),
        ValidationReport.system(),
        options.level().toString(),
        options.seed(),
        cases,
        backends.stream().noneMatch(ValidationReport::isBroken),
        ValidationReport.sentence(backends, cases),
        backends,
        missing);
  }

  /** The command that repeats a case. */
  private static String repeat(ValidateOptions options, Report report, String name) {
    List<String> words = new ArrayList<>(List.of("spanmatch", "validate"));
    words.addAll(options.words());
    words.addAll(
        List.of("--backends", report.backend().name(), "--level", options.level().toString()));
    words.addAll(List.of("--seed", Long.toString(options.seed()), "--case", name));
    words.addAll(options.again());
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }
}
