import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Connects to a server of its own by TLS, as any program does: with the truststore of the runtime.
 *  KEYS: a PKCS#12 file with the server's key and certificate in base64, its password "changeit". */
public final class TlsCheck {
    private static SSLServerSocket serve(byte[] keys) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(keys), "changeit".toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        SSLServerSocket socket = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> {
            try (Socket peer = socket.accept()) {
                peer.getOutputStream().write("a page".getBytes());
            } catch (Exception refused) {
                // the other side tells
            }
        });
        thread.setDaemon(true);
        thread.start();
        return socket;
    }

    public static void main(String[] args) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        String path = System.getProperty("java.home") + "/lib/security/cacerts";
        for (char[] password : new char[][] {null, "changeit".toCharArray()}) {
            try (var in = new java.io.FileInputStream(path)) {
                trusted.load(in, password);
            }
            long own = Collections.list(trusted.aliases()).stream().filter(a -> a.contains("company")).count();
            System.out.println((password == null ? "without" : "with") + " password: " + trusted.size()
                + " certificates, " + own + " of the company");
        }
        try (SSLServerSocket server = serve(Base64.getDecoder().decode(System.getenv("KEYS")));
             SSLSocket socket = (SSLSocket) SSLSocketFactory.getDefault().createSocket("localhost", server.getLocalPort())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            String page = new String(socket.getInputStream().readAllBytes());
            System.out.println("java " + Runtime.version().feature() + ", " + socket.getSession().getProtocol() + ": " + page);
        } catch (SSLException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}
