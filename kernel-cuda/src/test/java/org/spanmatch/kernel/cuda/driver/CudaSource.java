package org.spanmatch.kernel.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.spanmatch.kernel.cuda.loading.NativeTools;

/** The declarations of CUDA sources that Java code repeats. */
public final class CudaSource {
  private static final Path FOLDER = NativeTools.MODULE.resolve("src/main/cuda");

  private static final Pattern FUNCTION =
      Pattern.compile(
          "extern \"C\" __global__ void (?:__launch_bounds__\\(\\w+\\) )?(\\w+)\\(([^)]*)\\)");
  private static final Pattern VARIABLE =
      Pattern.compile("(?:const )?([\\w ]+?) ?(\\*?) ?(\\w+)(?:\\[(\\d+)])?");

  private final String code;

  private CudaSource(String code) {
    this.code = code;
  }

  /**
   * A parameter or a member of a struct.
   *
   * @param type its type without {@code const}, for pointers "*"
   * @param count elements of an array, or 1
   */
  public record Variable(String type, String name, int count) {
    private static Variable of(String declaration) {
      Matcher matcher = VARIABLE.matcher(declaration.strip());
      assertTrue(matcher.matches(), declaration);
      return new Variable(
          matcher.group(2).isEmpty() ? matcher.group(1) : "*",
          matcher.group(3),
          matcher.group(4) == null ? 1 : Integer.parseInt(matcher.group(4)));
    }
  }

  /** The source of a module, and the headers that all of them share. */
  static List<Path> files(DeviceModule module) throws IOException {
    List<Path> files = new ArrayList<>();
    files.add(FOLDER.resolve(module.source() + ".cu"));
    try (Stream<Path> all = Files.list(FOLDER)) {
      all.filter(file -> file.toString().endsWith(".cuh")).sorted().forEach(files::add);
    }
    return files;
  }

  /** Reads the source of a module with the headers. */
  static CudaSource read(DeviceModule module) throws IOException {
    return read(files(module));
  }

  /** Reads all sources. */
  public static CudaSource read() throws IOException {
    Set<Path> files = new LinkedHashSet<>();
    for (DeviceModule module : DeviceModule.values()) {
      files.addAll(files(module));
    }
    return read(files);
  }

  // Comments are left out, and white space is one space.
  private static CudaSource read(Collection<Path> files) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path file : files) {
      text.append(Files.readString(file)).append('\n');
    }
    String code =
        text.toString()
            .replaceAll("(?s)/\\*.*?\\*/", " ")
            .replaceAll("//[^\n]*", " ")
            .replaceAll("(?m)^(#.*)$", "$1;")
            .replaceAll("\\s+", " ");
    return new CudaSource(code);
  }

  /** The parameters of the functions that the host can launch, by their names. */
  Map<String, List<Variable>> functions() {
    Map<String, List<Variable>> functions = new TreeMap<>();
    Matcher matcher = FUNCTION.matcher(code);
    while (matcher.find()) {
      functions.put(matcher.group(1), variables(matcher.group(2), ","));
    }
    return functions;
  }

  /** The members of a struct in their order. */
  public List<Variable> struct(String name) {
    return variables(find("struct " + name + " \\{([^}]*)\\}"), ";");
  }

  /** The names of an enum's values in their order, from 0. */
  public List<String> enumeration(String name) {
    return List.of(find("enum " + name + " \\{([^}=]*)\\}").strip().split("\\s*,\\s*"));
  }

  /** The value of a number that is defined by name. */
  public int number(String name) {
    return Integer.parseInt(find("#define " + name + " (\\d+) ?;"));
  }

  private String find(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(code);
    assertTrue(matcher.find(), pattern);
    return matcher.group(1);
  }

  private static List<Variable> variables(String declarations, String separator) {
    List<Variable> variables = new ArrayList<>();
    for (String declaration : declarations.split(separator, -1)) {
      if (!declaration.isBlank()) {
        variables.add(Variable.of(declaration));
      }
    }
    return variables;
  }
}
