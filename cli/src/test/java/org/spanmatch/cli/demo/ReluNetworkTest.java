package org.spanmatch.cli.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class ReluNetworkTest {
  private static final Digits HELD_OUT = Digits.heldOut();

  private static ReluNetwork first;
  private static ReluNetwork second;

  @BeforeAll
  static void train() {
    first = ReluNetwork.train(Digits.training(), 1);
    second = ReluNetwork.train(Digits.training(), 2);
  }

  @Test
  void networksReadDigitsTheyHaveNotSeen() {
    assertTrue(first.accuracy(HELD_OUT) > 0.95);
    assertTrue(second.accuracy(HELD_OUT) > 0.95);
  }

  /** The checksums come from OpenJDK 17 and 25, with and without its optimising compiler. */
  @Test
  void networksAreTheSameOnEveryMachine() {
    assertEquals(3251354740L, checksum(first));
    assertEquals(2967477481L, checksum(second));
  }

  @Test
  void trainingIsReproducible() {
    List<LayerOutput> expected = first.activations(HELD_OUT);
    List<LayerOutput> actual =
        ReluNetwork.train(Digits.training(), 1).activations(Digits.heldOut());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i).values(), actual.get(i).values());
    }
  }

  @Test
  void seedsGiveDifferentNetworks() {
    List<LayerOutput> ones = first.activations(HELD_OUT);
    List<LayerOutput> others = second.activations(HELD_OUT);
    assertArrayEquals(ones.get(0).values(), others.get(0).values());
    for (int i = 1; i < ones.size(); i++) {
      assertFalse(Arrays.equals(ones.get(i).values(), others.get(i).values()));
    }
  }

  @Test
  void layersComeInOrderAndWithTheirSizes() {
    List<LayerOutput> layers = first.activations(HELD_OUT);
    assertEquals(
        List.of("input", "hidden1", "hidden2", "hidden3", "hidden4", "output"),
        layers.stream().map(LayerOutput::name).toList());
    assertEquals(
        List.of(64, 64, 64, 64, 64, 10), layers.stream().map(LayerOutput::neurons).toList());
    for (LayerOutput layer : layers) {
      assertEquals(HELD_OUT.size() * layer.neurons(), layer.values().length);
    }
  }

  @Test
  void inputIsThePixels() {
    LayerOutput input = first.activations(HELD_OUT).get(0);
    int last = HELD_OUT.size() - 1;
    assertArrayEquals(
        HELD_OUT.pixels(last),
        Arrays.copyOfRange(input.values(), last * Digits.PIXELS, input.values().length));
  }

  @Test
  void activationsAreInRange() {
    for (LayerOutput layer : first.activations(HELD_OUT)) {
      for (float value : layer.values()) {
        assertTrue(value >= 0 && value < Float.POSITIVE_INFINITY);
      }
    }
  }

  @Test
  void outputIsTheProbabilitiesOfTheClasses() {
    float[] output = first.activations(HELD_OUT).get(5).values();
    for (int i = 0; i < output.length; i += Digits.CLASSES) {
      float total = 0;
      for (int j = 0; j < Digits.CLASSES; j++) {
        total += output[i + j];
      }
      assertEquals(1, total, 1e-6f);
    }
  }

  private static long checksum(ReluNetwork network) {
    CRC32 crc = new CRC32();
    for (LayerOutput layer : network.activations(HELD_OUT)) {
      for (float value : layer.values()) {
        crc.update(ByteBuffer.allocate(Float.BYTES).putFloat(value).flip());
      }
    }
    return crc.getValue();
  }
}
