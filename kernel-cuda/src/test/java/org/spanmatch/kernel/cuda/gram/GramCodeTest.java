package org.spanmatch.kernel.cuda.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.ElementType;
import org.spanmatch.kernel.cuda.driver.CudaSource;

/** The numbers are those of gram.cu and sliced.cu. */
class GramCodeTest {
  @Test
  void elementTypesHaveTheNumbersOfTheEnum() throws IOException {
    List<String> names =
        Arrays.stream(ElementType.values())
            .sorted(Comparator.comparing(GramCode::number))
            .map(type -> type == ElementType.BOOL ? "BOOLEAN" : type.name())
            .toList();
    assertEquals(CudaSource.read().enumeration("ElementType"), names);
    for (int i = 0; i < names.size(); i++) {
      int number = i;
      assertEquals(
          1, Arrays.stream(ElementType.values()).filter(t -> GramCode.number(t) == number).count());
    }
  }

  @Test
  void tilesHaveTheSizeOfTheSource() throws IOException {
    assertEquals(CudaSource.read().number("TILE"), GramCode.TILE);
    assertEquals(CudaSource.read().number("CHUNK"), GramCode.CHUNK);
    assertEquals(CudaSource.read().number("MOMENT_ROWS"), GramCode.MOMENT_ROWS);
  }

  @Test
  void slicesHaveTheNumbersOfTheSource() throws IOException {
    CudaSource source = CudaSource.read();
    assertEquals(source.number("TILE"), SlicedCode.TILE);
    assertEquals(source.number("SLICE_CHUNK"), SlicedCode.CHUNK);
    assertEquals(source.number("SLICE_ROWS"), SlicedCode.ROWS);
    assertEquals(source.number("MOST_SLICES"), Slicing.MOST_SLICES);
    assertEquals(2 * source.number("HALF_GROUPS"), Slicing.MOST_GROUPS);
  }
}
