package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.spanmatch.kernel.PerGroup;

/**
 * The networks that are compared, and what figures of them are called, as a part of the JSON
 * result.
 *
 * @param networks at least two, in the order in which they were given
 * @param title the title of figures; null and absent for the usual ones
 */
public record Networks(
    List<Network> networks, @JsonInclude(JsonInclude.Include.NON_NULL) String title) {
  private static final int LONG = 40; // characters of the names of more than two networks
  private static final String AND = " + "; // between the files of a network

  /** Copies the list. */
  public Networks {
    networks = List.copyOf(networks);
  }

  /**
   * Returns networks that are called as their files are: without folders where that distinguishes
   * them, otherwise with them, and numbered where they come from the same file.
   *
   * @param files one per network; the files of one that has several are separated by " + "
   */
  public static Networks ofFiles(List<String> files) {
    List<String> shortly = files.stream().map(Networks::withoutFolders).toList();
    boolean distinct = new HashSet<>(shortly).size() == new HashSet<>(files).size();
    List<String> names = numbered(distinct ? shortly : files);
    return of(names, files);
  }

  /** Returns networks by name. */
  public static Networks of(List<String> names, List<String> files) {
    return new Networks(
        IntStream.range(0, files.size())
            .mapToObj(i -> new Network(names.get(i), files.get(i)))
            .toList(),
        null);
  }

  private static String withoutFolders(String files) {
    return changed(files, Path::getFileName);
  }

  /**
   * Returns the files of a network as paths of the least length: {@code ./a} is {@code a}.
   *
   * @param files those of one that has several are separated by " + "
   */
  public static String normalised(String files) {
    return changed(files, Path::normalize);
  }

  private static String changed(String files, UnaryOperator<Path> change) {
    return Stream.of(files.split(Pattern.quote(AND), -1))
        .map(file -> changedFile(file, change))
        .collect(Collectors.joining(AND));
  }

  private static String changedFile(String file, UnaryOperator<Path> change) {
    try {
      Path changed = change.apply(Path.of(file));
      return changed == null ? file : changed.toString();
    } catch (InvalidPathException e) {
      return file; // from another system, by way of a Gram file
    }
  }

  private static List<String> numbered(List<String> names) {
    Map<String, Integer> seen = new HashMap<>();
    List<String> all = new ArrayList<>();
    for (String name : names) {
      int count = seen.merge(name, 1, Integer::sum);
      all.add(count == 1 ? name : name + " (" + count + ")");
    }
    return all;
  }

  /** Returns these networks with a title for their figures; null for none. */
  public Networks titled(String text) {
    return new Networks(networks, text);
  }

  /** Returns two of these networks. */
  public Networks two(int x, int y) {
    return new Networks(List.of(networks.get(x), networks.get(y)), title);
  }

  /** The names of the first two networks. */
  public PerGroup<String> names() {
    return PerGroup.of(networks.get(0).name(), networks.get(1).name());
  }

  /** The title of a figure. */
  public String titleOr(String usual) {
    return title == null ? usual : title;
  }

  /** All names, such as "a, b and c", or "3 networks" if these would be long. */
  public String label() {
    return label(LONG);
  }

  /**
   * All names, or the number of networks where the names don't fit.
   *
   * @param most the number of characters that names of more than two networks may have
   */
  public String label(int most) {
    String names = list();
    return networks.size() > 2 && names.length() > most ? networks.size() + " networks" : names;
  }

  private String list() {
    int last = networks.size() - 1;
    return networks.subList(0, last).stream().map(Network::name).collect(Collectors.joining(", "))
        + " and "
        + networks.get(last).name();
  }
}
