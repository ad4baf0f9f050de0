package dev.stoker.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;

/** How the rooms of the house may see each other; this module sees all of them. */
@AnalyzeClasses(
    packages = "dev.stoker",
    importOptions = {
      ImportOption.DoNotIncludeTests.class,
      ArchitectureTest.WithoutTestServers.class
    })
class ArchitectureTest {
  /** The servers that the benchmarks start come from io-core's tests, as a jar. */
  static final class WithoutTestServers implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar")
          && !location.contains("/test-classes/")
          && !location.contains("/jmh_generated/");
    }
  }

  private static final String IO = "dev.stoker.io..";
  private static final String OPENJD = "dev.stoker.openjd..";
  private static final String CONTROLLER = "dev.stoker.controller..";
  private static final String AGENT = "dev.stoker.agent..";

  @ArchTest
  static final ArchRule ioCoreKnowsNothingOfJobs =
      noClasses()
          .that()
          .resideInAPackage(IO)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(OPENJD, CONTROLLER, AGENT);

  @ArchTest
  static final ArchRule openjdStandsAlone =
      noClasses()
          .that()
          .resideInAPackage(OPENJD)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(IO, CONTROLLER, AGENT);

  @ArchTest
  static final ArchRule theControllerSeesOpenjdOnly =
      noClasses()
          .that()
          .resideInAPackage(CONTROLLER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(IO, AGENT);

  @ArchTest
  static final ArchRule nobodySeesTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.stoker.agent.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.stoker.agent.cli..");

  @ArchTest
  static final ArchRule openjdDoesNoInputOrOutput =
      noClasses()
          .that()
          .resideInAPackage(OPENJD)
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.nio.file.Files")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.Thread");

  @ArchTest
  static final ArchRule theProtocolIsValuesOnly =
      classes()
          .that()
          .resideInAPackage("dev.stoker.controller.protocol")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "com.fasterxml.jackson..",
              "org.jspecify..",
              "dev.stoker.controller.protocol");

  @ArchTest
  static final ArchRule systemCallsAreMadeInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.stoker.io.posix..", "dev.stoker.agent.node..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.sun.jna..");

  @ArchTest
  static final ArchRule onlyTheCommandLineEndsTheProcess =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.stoker.agent.cli..")
          .should()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "halt", int.class);

  @ArchTest
  static final ArchRule everybodyLogsThroughSystemLogger =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.stoker.agent.cli..")
          .and()
          .haveNameNotMatching(".*\\.JulLoggers(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.logging..", "org.slf4j..");

  @ArchTest
  static final ArchRule theAzureSdkIsAContestantAndNothingElse =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.stoker.benchmarks.azuresdk..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.azure..");

  @ArchTest
  static final ArchRule packagesOfAModuleFormNoCircle =
      slices().matching("dev.stoker.(*.*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule noPackageIsADrawerForOddments =
      noClasses()
          .should()
          .resideInAnyPackage(
              "..util..",
              "..utils..",
              "..common..",
              "..helper..",
              "..helpers..",
              "..misc..",
              "..impl..",
              "..manager..");

  @ArchTest
  static void everyPackageSaysWhatItIsFor(JavaClasses all) {
    Set<String> unexplained =
        all.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
    all.stream()
        .filter(type -> type.getSimpleName().equals("package-info"))
        .filter(type -> type.isAnnotatedWith(NullMarked.class))
        .map(JavaClass::getPackageName)
        .forEach(unexplained::remove);
    assertEquals(Set.of(), unexplained, "packages without a @NullMarked package-info.java");
  }
}
