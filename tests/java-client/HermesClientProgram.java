/*
 * The client library of Hermes, unmodified, at work: publishes what a test wants to see and prints a line an answer,
 * "<case> <status> <message id>". Arguments: address of a frontend, address that fails at first, JSON topic, AVRO topic,
 * an Avro record as base64. Run from its source: java -cp <jars> HermesClientProgram.java …
 */
import java.net.URI;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import pl.allegro.tech.hermes.client.HermesClient;
import pl.allegro.tech.hermes.client.HermesClientBuilder;
import pl.allegro.tech.hermes.client.HermesMessage;
import pl.allegro.tech.hermes.client.HermesResponse;
import pl.allegro.tech.hermes.client.okhttp.OkHttpHermesSender;

public final class HermesClientProgram {
  private static final int ANSWER_SECONDS = 60;

  public static void main(String[] arguments) throws Exception {
    String json = arguments[2];
    String avro = arguments[3];
    byte[] record = Base64.getDecoder().decode(arguments[4]);
    OkHttpClient http = new OkHttpClient();
    HermesClient client = clientOf(http, arguments[0]);
    HermesClient retrying = clientOf(http, arguments[1]);

    say("json", client, HermesMessage.hermesMessage(json, "{\"n\":1}").json().build());
    for (int n = 2; n <= 4; n++) {
      HermesMessage keyed =
          HermesMessage.hermesMessage(json, "{\"n\":" + n + "}")
              .json()
              .withHeader("Partition-Key", "customer-7")
              .withHeader("trace-id", "trace-" + n)
              .build();
      say("keyed", client, keyed);
    }
    say("avro", client, HermesMessage.hermesMessage(avro, record).avro(1).build());
    say("avro-json", client, HermesMessage.hermesMessage(avro, "{\"n\":6}").json().build());
    say("retried", retrying, HermesMessage.hermesMessage(json, "{\"n\":7}").json().build());
    say("unknown-topic", retrying, HermesMessage.hermesMessage(json + "absent", "{}").json().build());
    say("not-json", client, HermesMessage.hermesMessage(json, "{").json().build());
    say("no-such-version", client, HermesMessage.hermesMessage(avro, record).avro(9).build());
    System.exit(0);
  }

  private static HermesClient clientOf(OkHttpClient http, String address) {
    return HermesClientBuilder.hermesClient(new OkHttpHermesSender(http))
        .withURI(URI.create(address))
        .withDefaultHeaderValue("span-id", "default")
        .withRetries(3)
        .withRetrySleep(50)
        .build();
  }

  private static void say(String name, HermesClient client, HermesMessage message) throws Exception {
    HermesResponse response = client.publish(message).get(ANSWER_SECONDS, TimeUnit.SECONDS);
    System.out.println(name + " " + response.getHttpStatus() + " " + response.getMessageId());
  }
}
