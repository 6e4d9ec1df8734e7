package org.spanmatch.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests pairs of values by group. */
class PerGroupTest {
  @Test
  void valuesAreFoundByTheirGroup() {
    PerGroup<String> both = PerGroup.of("first", "second");
    assertEquals("first", both.get(Group.X));
    assertEquals("second", both.get(Group.Y));
    assertEquals(PerGroup.of("x", "y"), PerGroup.from(Group::label));
    assertEquals(PerGroup.of(5, 6), both.map(String::length));
  }

  @Test
  void theFirstGroupComesFirst() {
    List<String> seen = new ArrayList<>();
    PerGroup.of(1, 2).forEach((group, value) -> seen.add(group.label() + value));
    assertEquals(List.of("x1", "y2"), seen);
  }

  @Test
  void aMissingValueIsNamed() {
    assertEquals(
        "y",
        assertThrows(NullPointerException.class, () -> PerGroup.of("first", null)).getMessage());
  }

  /** The result files rely on these names. */
  @Test
  void jsonHasTheFieldsXAndY() throws Exception {
    assertEquals("{\"x\":1,\"y\":2}", new ObjectMapper().writeValueAsString(PerGroup.of(1, 2)));
  }
}
