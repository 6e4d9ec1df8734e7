package org.spanmatch.kernel.cuda.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.spanmatch.kernel.cuda.driver.CudaSource;
import org.spanmatch.kernel.cuda.driver.CudaSource.Variable;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Need;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Scalar;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Span;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Step;

/** The layouts are those of the CUDA sources. */
class SpanLayoutTest {
  private CudaSource source;

  @BeforeEach
  void read() throws IOException {
    source = CudaSource.read();
  }

  @Test
  void spanHasTheMembersOfTheStruct() {
    List<Variable> members =
        Arrays.stream(Span.values())
            .map(member -> new Variable(type(member), camelCase(member.name()), 1))
            .toList();
    assertEquals(source.struct("Span"), members);
    int offset = 0;
    for (Span member : Span.values()) {
      assertEquals(offset, member.offset(), member.name());
      offset += 8;
    }
    assertEquals(offset, Span.BYTES);
  }

  private static String type(Span member) {
    return switch (member.kind()) {
      case ADDRESS -> "*";
      case INTEGER -> "long long";
      case NUMBER -> "double";
    };
  }

  private static String camelCase(String constant) {
    return Pattern.compile("_(.)")
        .matcher(constant.toLowerCase(Locale.ROOT))
        .replaceAll(found -> found.group(1).toUpperCase(Locale.ROOT));
  }

  @Test
  void stepHasTheMembersOfTheStruct() {
    List<Variable> members =
        Arrays.stream(Step.values())
            .map(member -> new Variable("double", camelCase(member.name()), 1))
            .toList();
    assertEquals(source.struct("Step"), members);
    assertEquals(members.size(), Step.DOUBLES);
  }

  @Test
  void surveyHasTheSizeOfTheStruct() {
    List<Variable> members = source.struct("Survey");
    assertTrue(members.stream().allMatch(member -> member.type().equals("double")));
    assertEquals(members.stream().mapToInt(Variable::count).sum(), SpanLayout.SURVEY_DOUBLES);
  }

  @Test
  void rowSumsHaveTheSizeOfTheStruct() {
    assertEquals(source.struct("RowSums").size(), SpanLayout.ROW_SUMS_DOUBLES);
  }

  @Test
  void scalarsHaveTheNumbersOfTheEnum() {
    assertEquals(
        source.enumeration("Scalar"), Arrays.stream(Scalar.values()).map(Enum::name).toList());
    assertTrue(Scalar.values().length <= SpanLayout.SCALARS);
  }

  @Test
  void needsHaveTheNumbersOfTheEnum() {
    assertEquals(source.enumeration("Need"), Arrays.stream(Need.values()).map(Enum::name).toList());
    assertEquals(Need.START, Need.of(source.enumeration("Need").indexOf("START")));
  }

  @Test
  void sizesAreThoseOfTheSource() {
    assertEquals(source.number("MOST_PENDING"), Tableau.PENDING);
    assertEquals(source.number("SCALARS"), SpanLayout.SCALARS);
    assertEquals(source.number("PANEL"), SpanLayout.PANEL);
    assertEquals(source.number("LINE"), SpanLayout.LINE);
    assertEquals(source.number("TILE"), SpanLayout.TILE);
    assertEquals(source.number("ROW_LANES"), SpanLayout.ROW_LANES);
    assertEquals(source.number("COLUMN_LINES"), SpanLayout.COLUMN_LINES);
    assertEquals(source.number("SMALL"), SpanLayout.SMALL);
  }

  @Test
  void membersTakeValuesOfTheirTypeOnly() {
    ByteBuffer struct = ByteBuffer.allocate(Span.BYTES);
    Span.ROWS.put(struct, 7);
    Span.GRAM_ERROR.put(struct, 0.5);
    assertEquals(7, struct.getLong(Span.ROWS.offset()));
    assertEquals(0.5, struct.getDouble(Span.GRAM_ERROR.offset()));
    assertThrows(IllegalArgumentException.class, () -> Span.VALUES.put(struct, 7));
    assertThrows(IllegalArgumentException.class, () -> Span.ROWS.put(struct, 0.5));
    assertThrows(
        IllegalArgumentException.class, () -> Span.GRAM_ERROR.put(struct, DeviceAddress.NULL));
  }
}
