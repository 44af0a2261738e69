// A receiver of signed webhooks in Java 17, without libraries: WEBHOOK_KEY=whsec_… PORT=9000 java Receiver.java
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Receiver {
    static final byte[] key = Base64.getDecoder().decode(System.getenv("WEBHOOK_KEY").replace("whsec_", ""));
    static final Set<String> seen = ConcurrentHashMap.newKeySet(); // of one process; keep ids in your database

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "9000"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/", Receiver::receive);
        server.start();
    }

    static void receive(HttpExchange exchange) {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean genuine = isGenuine(exchange, body);
            String id = header(exchange, "webhook-id");
            if (genuine && seen.add(id)) System.out.println("received " + id + " " + new String(body));
            exchange.sendResponseHeaders(genuine ? 204 : 401, -1); // a repeat is answered like the first
        } catch (Exception problem) {
            problem.printStackTrace(); // the connection is closed without an answer: it comes again
        }
    }

    static boolean isGenuine(HttpExchange exchange, byte[] body) throws Exception {
        String timestamp = header(exchange, "webhook-timestamp");
        if (!timestamp.matches("\\d{1,12}")) return false;
        if (Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(timestamp)) > 300) return false; // an old one
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        mac.update((header(exchange, "webhook-id") + "." + timestamp + ".").getBytes());
        byte[] wanted = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes();
        for (String given : header(exchange, "webhook-signature").split(" ")) {
            if (MessageDigest.isEqual(given.getBytes(), wanted)) return true;
        }
        return false;
    }

    static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }
}
