use super::*;

fn connection() -> Connection {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    Connection {
        stream,
        line_bytes: 0,
        body_left: 0,
    }
}

#[test]
fn requests_are_counted_wherever_they_are_cut() {
    let request = b"POST /jsonrpc HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na\n\r\n\n";
    let wire = request.repeat(3);
    for cut in 0..=wire.len() {
        let mut connection = connection();
        let first = connection.count_requests(&wire[..cut], 5);
        assert_eq!(first, cut / request.len(), "cut at {cut}");
        assert_eq!(
            first + connection.count_requests(&wire[cut..], 5),
            3,
            "cut at {cut}"
        );
    }
}

#[test]
fn pipelined_requests_without_a_body_are_counted_at_once() {
    let wire = b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n".repeat(16);
    assert_eq!(connection().count_requests(&wire, 0), 16);
}

#[test]
fn a_batch_gets_its_answers_in_one_piece() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (stream, _) = listener.accept().unwrap();
    let mut server = Connection {
        stream,
        line_bytes: 0,
        body_left: 0,
    };
    client
        .write_all(&b"GET / HTTP/1.1\r\n\r\n".repeat(2))
        .unwrap();
    assert!(answer_requests(
        &mut server,
        &mut [0; 1024],
        &b"answer".repeat(4),
        6,
        0
    ));
    let mut answers = [0; 12];
    client.read_exact(&mut answers).unwrap();
    assert_eq!(&answers, b"answeranswer");
    drop(client);
    assert!(!answer_requests(&mut server, &mut [0; 1024], b"", 6, 0));
}
