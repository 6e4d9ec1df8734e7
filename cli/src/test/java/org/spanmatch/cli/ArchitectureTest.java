package org.spanmatch.cli;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which modules and packages may need which: activations stream into a kernel, which adds them up
 * into a Gram matrix, of which everything else is asked. An arrow that is not stated here is none.
 */
@AnalyzeClasses(packages = "org.spanmatch", importOptions = ImportOption.DoNotIncludeTests.class)
@ArchTag("once") // on one JDK: the class files are the same
class ArchitectureTest {
  private static final String ROOT = "org.spanmatch.";

  private static final String[] CORE = {
    "activations..",
    "gram..",
    "kernel",
    "kernel.backend..",
    "kernel.selection..",
    "match..",
    "similarity..",
    "compare.."
  };
  private static final String[] FOR_USERS = {
    "activations", "activations.format", "compare", "gram", "kernel", "kernel.selection", "match"
  };
  // Users open files by ActivationFile, whatever the format; these lie beside it because it calls
  // them.
  private static final List<String> FOR_MAKERS_OF_FORMATS =
      List.of("ActivationFormat", "ForeignFormat");
  private static final int MOST_TYPES = 46;
  private static final String[] KERNEL_JAVA = {"kernel.vector..", "kernel.reference.."};
  private static final String[] KERNEL_CUDA = {"kernel.cuda.."};
  private static final String[] VALIDATION = {"validation.."};
  private static final String[] TUNING = {"tuning.."};
  private static final String[] REPORT = {"report.."};
  private static final String[] PAGE = {"report.page..", "report.results..", "report.text.."};
  private static final String[] FORMATS = {"formats.."};
  private static final String[] CLI = {"cli.."};

  private static final String[] JDK = {
    "java..", "javax..", "jdk..", "com.sun..", "org.w3c.dom..", "org.xml.sax.."
  };
  private static final String[] JUNIT = {"org.junit..", "org.opentest4j..", "org.apiguardian.."};
  private static final String COMMONS_CLI = "org.apache.commons.cli..";
  private static final String PROGRESS_BAR = "me.tongfei.progressbar..";
  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String JMH = "org.openjdk.jmh..";
  private static final String JCUDA = "jcuda..";
  private static final String JHDF = "io.jhdf..";
  private static final String[] CHARTS = {
    "org.knowm.xchart..", "org.apache.batik..", "org.apache.commons.csv.."
  };

  // Modules.

  @ArchTest static final ArchRule coreNeedsTheJdkAlone = only(CORE, CORE, JDK);

  @ArchTest static final ArchRule kernelJava = only(KERNEL_JAVA, KERNEL_JAVA, CORE, JDK);

  @ArchTest
  static final ArchRule kernelCuda =
      only(KERNEL_CUDA, KERNEL_CUDA, CORE, JDK, new String[] {JCUDA});

  @ArchTest static final ArchRule validation = only(VALIDATION, VALIDATION, CORE, JDK, JUNIT);

  @ArchTest
  static final ArchRule tuning =
      only(TUNING, TUNING, KERNEL_JAVA, KERNEL_CUDA, CORE, JDK, new String[] {JMH, JACKSON});

  @ArchTest
  static final ArchRule report = only(REPORT, REPORT, CORE, JDK, CHARTS, new String[] {JACKSON});

  /** The page is made of what the JSON of results holds, and of nothing else. */
  @ArchTest
  static final ArchRule pageNeedsResultsAlone =
      only(
          names("report.page.."),
          PAGE,
          names("kernel", "similarity.."),
          JDK,
          new String[] {JACKSON});

  @ArchTest
  static final ArchRule formats =
      only(FORMATS, FORMATS, names("activations.."), JDK, new String[] {JHDF});

  /** Kernels and formats are found by their names, never by their classes. */
  @ArchTest
  static final ArchRule cli =
      only(
          CLI,
          CLI,
          REPORT,
          TUNING,
          VALIDATION,
          CORE,
          JDK,
          new String[] {COMMONS_CLI, PROGRESS_BAR});

  // Packages of the core, from below.

  @ArchTest
  static final ArchRule activationsNeedNothing =
      only(names("activations.."), names("activations.."), JDK);

  @ArchTest
  static final ArchRule gramNeedsActivations =
      only(names("gram.."), names("gram..", "activations.."), JDK);

  @ArchTest
  static final ArchRule kernelNeedsGram =
      only(names("kernel"), names("kernel", "gram..", "activations.."), JDK);

  @ArchTest
  static final ArchRule backendNeedsKernel =
      only(
          names("kernel.backend.."),
          names("kernel.backend..", "kernel", "gram..", "activations.."),
          JDK);

  @ArchTest
  static final ArchRule selectionNeedsKernel =
      only(
          names("kernel.selection.."),
          names("kernel.selection..", "kernel.backend..", "kernel", "gram..", "activations.."),
          JDK);

  @ArchTest
  static final ArchRule matchNeedsKernel =
      only(names("match.."), names("match..", "kernel", "gram.."), JDK);

  @ArchTest
  static final ArchRule similarityNeedsKernel =
      only(names("similarity.."), names("similarity..", "kernel", "gram..", "activations.."), JDK);

  // Libraries.

  @ArchTest static final ArchRule commonsCli = onlyIn(names("cli.."), COMMONS_CLI);

  @ArchTest static final ArchRule progressBar = onlyIn(names("cli.terminal.."), PROGRESS_BAR);

  @ArchTest static final ArchRule jmh = onlyIn(names("tuning..", "benchmarks.."), JMH);

  @ArchTest
  static final ArchRule jackson = onlyIn(names("report..", "tuning..", "benchmarks.."), JACKSON);

  @ArchTest static final ArchRule jhdf = onlyIn(names("formats.hdf5.."), JHDF);

  @ArchTest static final ArchRule jcuda = onlyIn(names("kernel.cuda.."), JCUDA);

  @ArchTest static final ArchRule junit = onlyIn(names("validation.contract.."), "org.junit..");

  // Size.

  /**
   * Counts what a user of the library meets: the public types that lie in no other type. What only
   * makers of a backend or a format need is apart, in {@code kernel.backend}, {@code
   * gram.orthogonal} and {@code activations.storage}, and so are the formats.
   */
  @ArchTest
  static void usersMeetFewTypes(JavaClasses all) {
    String[] packages = packages(FOR_USERS);
    List<String> types =
        all.stream()
            .filter(type -> Arrays.asList(packages).contains(type.getPackageName()))
            .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(PUBLIC))
            .filter(type -> !type.getSimpleName().equals("package-info"))
            .map(JavaClass::getSimpleName)
            .filter(name -> !FOR_MAKERS_OF_FORMATS.contains(name))
            .sorted()
            .toList();
    assertTrue(types.contains("Layer") && types.contains("Match"), "found only " + types);
    assertTrue(
        types.size() <= MOST_TYPES,
        "expected at most "
            + MOST_TYPES
            + " public types for users of the library, who must look through all of them, found "
            + types.size()
            + ": "
            + types
            + "; make a new one package-private, or nest it in the type that takes or returns it");
  }

  // Circles.

  @ArchTest
  static final ArchRule packagesAreFreeOfCircles =
      slices().matching(ROOT + "(**)").should().beFreeOfCycles();

  private static String[] names(String... packages) {
    return packages;
  }

  /** Full names of packages; those of other makers have them already. */
  private static String[] packages(String[]... groups) {
    String[] ours =
        Stream.of(
                CORE,
                FOR_USERS,
                KERNEL_JAVA,
                KERNEL_CUDA,
                VALIDATION,
                TUNING,
                REPORT,
                PAGE,
                FORMATS,
                CLI)
            .flatMap(Arrays::stream)
            .toArray(String[]::new);
    return Stream.of(groups)
        .flatMap(Arrays::stream)
        .map(name -> Arrays.asList(ours).contains(name) ? ROOT + name : name)
        .toArray(String[]::new);
  }

  private static ArchRule only(String[] from, String[]... to) {
    return classes()
        .that()
        .resideInAnyPackage(packages(from))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(packages(to));
  }

  private static ArchRule onlyIn(String[] users, String library) {
    String[] full = Arrays.stream(users).map(ROOT::concat).toArray(String[]::new);
    return noClasses()
        .that()
        .resideOutsideOfPackages(full)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }
}
