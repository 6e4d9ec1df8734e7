package org.spanmatch.spark;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the packages of this module may need: the jar for a cluster holds no more of the others. */
@AnalyzeClasses(
    packages = "org.spanmatch.spark",
    importOptions = ImportOption.DoNotIncludeTests.class)
@ArchTag("once") // on one JDK: the class files are the same
class SparkArchitectureTest {
  private static final String[] CORE = {
    "org.spanmatch.activations..",
    "org.spanmatch.gram..",
    "org.spanmatch.kernel",
    "org.spanmatch.kernel.backend..",
    "org.spanmatch.kernel.selection..",
    "org.spanmatch.match..",
    "org.spanmatch.compare.."
  };

  @ArchTest
  static final ArchRule sumsNeedNoFilesAndNoRows =
      noClasses()
          .that()
          .resideInAPackage("org.spanmatch.spark.gram")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.spanmatch.spark",
              "org.spanmatch.spark.files..",
              "org.spanmatch.spark.rows..",
              "org.spanmatch.cli..",
              "org.spanmatch.report..");

  /** Kernels are found by their names. */
  @ArchTest
  static final ArchRule othersAreTheCoreAndTheOptions =
      classes()
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(CORE)
                  .or(
                      resideInAnyPackage(
                          "org.spanmatch.spark..",
                          "org.spanmatch.cli",
                          "org.spanmatch.cli.options",
                          "org.spanmatch.report.text"))
                  .or(not(resideInAPackage("org.spanmatch.."))));

  @ArchTest
  static final ArchRule packagesAreFreeOfCircles =
      slices().matching("org.spanmatch.(**)").should().beFreeOfCycles();
}
