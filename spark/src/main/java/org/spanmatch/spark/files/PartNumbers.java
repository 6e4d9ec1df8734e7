package org.spanmatch.spark.files;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers in names of files that differ from file to file, such as those of the parts of a
 * layer. The number of a network or a layer is in all the names.
 */
final class PartNumbers {
  private static final Pattern DIGITS = Pattern.compile("\\d+");

  private final List<List<BigInteger>> numbers; // of each file

  private PartNumbers(List<List<BigInteger>> numbers) {
    this.numbers = numbers;
  }

  /** Finds the numbers of files; there are none if the names don't have equally many. */
  static Optional<PartNumbers> of(List<String> files) {
    List<List<BigInteger>> all = files.stream().map(PartNumbers::numbers).toList();
    int count = all.get(0).size();
    if (all.stream().anyMatch(each -> each.size() != count)) {
      return Optional.empty();
    }
    List<List<BigInteger>> differing = new ArrayList<>();
    all.forEach(each -> differing.add(new ArrayList<>()));
    for (int place = 0; place < count; place++) {
      Set<BigInteger> values = new TreeSet<>();
      for (List<BigInteger> each : all) {
        values.add(each.get(place));
      }
      for (int file = 0; values.size() > 1 && file < all.size(); file++) {
        differing.get(file).add(all.get(file).get(place));
      }
    }
    return Optional.of(new PartNumbers(differing));
  }

  /**
   * Returns the first file that has another number than its partner, or −1 if there is none, or the
   * names can't be compared.
   */
  static int firstDifference(List<String> x, List<String> y) {
    Optional<PartNumbers> ofX = of(x);
    Optional<PartNumbers> ofY = of(y);
    if (ofX.isEmpty() || ofY.isEmpty() || ofX.get().count() != ofY.get().count()) {
      return -1;
    }
    for (int file = 0; file < Math.min(x.size(), y.size()); file++) {
      if (!ofX.get().numbers.get(file).equals(ofY.get().numbers.get(file))) {
        return file;
      }
    }
    return -1;
  }

  private int count() {
    return numbers.get(0).size();
  }

  private static List<BigInteger> numbers(String file) {
    List<BigInteger> numbers = new ArrayList<>();
    for (Matcher digits = DIGITS.matcher(file); digits.find(); ) {
      numbers.add(new BigInteger(digits.group()));
    }
    return numbers;
  }
}
