package org.spanmatch.cli;

import java.lang.reflect.InvocationTargetException;

/**
 * Loads the module of the Vector API into the running JVM.
 *
 * <p>{@code --add-modules} does the same at the start, but then Java prints a warning before it
 * starts the program, and nothing turns that off. This is how the JVM itself loads a module late,
 * such as that of agents; it works on Java 17 to 25, and only if the launcher has exported the
 * JDK's package.
 */
final class VectorModule {
  private static final String LOADER = "jdk.internal.module.Modules";
  private static final String NAME = "jdk.incubator.vector";

  private VectorModule() {}

  /**
   * Loads it if the launcher asks for it; otherwise, and where this JDK can't, nothing happens. The
   * java backend then uses plain loops and says how to change that.
   */
  static void loadIfAsked() {
    String loaderPackage = LOADER.substring(0, LOADER.lastIndexOf('.'));
    if (Object.class.getModule().isExported(loaderPackage, VectorModule.class.getModule())) {
      try {
        Class.forName(LOADER).getMethod("loadModule", String.class).invoke(null, NAME);
      } catch (ClassNotFoundException
          | NoSuchMethodException
          | IllegalAccessException
          | InvocationTargetException e) {
        System.getLogger("org.spanmatch.kernel")
            .log(System.Logger.Level.DEBUG, "the Vector API can't be loaded", e);
      }
    }
  }
}
