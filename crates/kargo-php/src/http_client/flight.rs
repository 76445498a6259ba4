//! Flights: how they begin, follow redirects, end.

use std::rc::Rc;
use std::time::{Duration, Instant};

use kargo_http::ResponseHead;
use kargo_loop::EventLoop;
use kargo_net::client::{
    ClientEvent, ClientRequest, ClientResponse, ExchangeError, ExchangeId, HttpUrl, PoolId,
    Redirect, RequestBody, RequestError, UrlError,
};

use super::settings::{HeaderLines, Settings};
use super::{Exchanges, Owner};

/// What is asked for; its headers are all there are, those of the options included.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) method: Vec<u8>,
    pub(crate) url: HttpUrl,
    pub(crate) headers: HeaderLines,
    pub(crate) body: Body,
    /// Whether the response's body is handed out as it comes.
    pub(crate) is_streamed: bool,
    /// Whether a redirect that would make a GET of it is returned as it is.
    pub(crate) keeps_method: bool,
    /// Bytes of the response's body, if not as many as the options say.
    pub(crate) body_limit: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Whole(Rc<[u8]>),
    /// It comes in pieces, once.
    Pieces,
}

/// One call on its way to a response.
#[derive(Debug)]
pub(crate) struct Flight {
    pub(crate) order: Order,
    settings: Rc<Settings>,
    pool: PoolId,
    pub(super) listener: u64,
    /// The listener has it among its news.
    pub(super) is_told: bool,
    pub(crate) exchange: Option<ExchangeId>,
    redirects: u32,
    deadline: Option<Instant>,
    pub(super) state: State,
    /// The upload may go on.
    pub(super) is_writable: bool,
}

/// How far a flight is.
#[derive(Debug)]
pub(super) enum State {
    Waiting,
    /// The head of a streamed response is there.
    Streaming,
    /// The response is complete; of a streamed one, it has what was not taken yet.
    Done(Box<ClientResponse>),
    Failed(Failure),
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum Failure {
    Exchange(ExchangeError),
    /// More redirects than allowed.
    TooManyRedirects,
    /// A redirect to what is no URL of HTTP.
    BadLocation(UrlError),
    /// https.
    NeedsTls,
    /// A redirect wants a body again that came in pieces.
    BodyIsGone,
    /// A redirect makes a request that cannot be sent.
    Request(RequestError),
}

impl Exchanges {
    /// Begins a flight; its news are told to `listener`.
    ///
    /// # Errors
    /// What HTTP does not allow in a request.
    pub(crate) fn start(
        &mut self,
        events: &mut EventLoop,
        order: Order,
        settings: &Rc<Settings>,
        pool: PoolId,
        listener: u64,
    ) -> Result<u64, RequestError> {
        let number = self.next_number();
        let flight = Flight {
            order,
            settings: Rc::clone(settings),
            pool,
            listener,
            is_told: false,
            exchange: None,
            redirects: 0,
            deadline: settings.timeout.map(|timeout| Instant::now() + timeout),
            state: State::Waiting,
            is_writable: false,
        };
        self.flights.insert(number, flight);
        if let Err(error) = self.launch(events, number) {
            self.flights.remove(&number);
            return Err(error);
        }
        if let Some(listener) = self.listeners.get_mut(&listener) {
            listener.flights.push(number);
        }
        Ok(number)
    }

    /// Sends the request of a flight.
    fn launch(&mut self, events: &mut EventLoop, number: u64) -> Result<(), RequestError> {
        let Some(flight) = self.flights.get_mut(&number) else {
            return Ok(());
        };
        let order = &flight.order;
        if order.url.is_secure() {
            flight.state = State::Failed(Failure::NeedsTls);
            self.tell(number);
            return Ok(());
        }
        let settings = &flight.settings;
        let headers: Vec<(&[u8], &[u8])> = order
            .headers
            .iter()
            .map(|(name, value)| (name.as_slice(), value.as_slice()))
            .collect();
        let user_agent = Some(settings.user_agent.as_slice()).filter(|agent| !agent.is_empty());
        let request = ClientRequest {
            user_agent,
            headers: &headers,
            body: match &order.body {
                Body::Whole(body) => RequestBody::Whole(body),
                Body::Pieces => RequestBody::Streamed(None),
            },
            is_streamed: order.is_streamed,
            body_limit: order.body_limit,
            total_timeout: flight.deadline.map(|deadline| {
                deadline
                    .saturating_duration_since(Instant::now())
                    .max(Duration::from_millis(1))
            }),
            ..ClientRequest::new(
                &order.method,
                order.url.target().as_bytes(),
                order.url.authority().as_bytes(),
            )
        };
        let destination = order.url.destination();
        let exchange = self.net.send(events, flight.pool, &destination, &request)?;
        flight.exchange = Some(exchange);
        self.owners.insert(exchange, Owner::Flight(number));
        Ok(())
    }

    /// Something happened to the exchange of a flight.
    pub(super) fn exchange_event(
        &mut self,
        events: &mut EventLoop,
        number: u64,
        event: ClientEvent,
    ) {
        match event {
            ClientEvent::Writable(_) => {
                if let Some(flight) = self.flights.get_mut(&number) {
                    flight.is_writable = true;
                }
                self.tell(number);
            }
            ClientEvent::Body(_) => self.tell(number),
            ClientEvent::Head(id) => self.head_came(events, number, id),
            ClientEvent::Complete(id) => self.completed(events, number, id),
            ClientEvent::Failed(id, error) => {
                self.owners.remove(&id);
                self.fail(number, Failure::Exchange(error));
            }
            ClientEvent::Closed(_) => {}
        }
    }

    fn fail(&mut self, number: u64, failure: Failure) {
        if let Some(flight) = self.flights.get_mut(&number) {
            flight.exchange = None;
            flight.state = State::Failed(failure);
        }
        self.tell(number);
    }

    fn head_came(&mut self, events: &mut EventLoop, number: u64, id: ExchangeId) {
        let Some(flight) = self.flights.get_mut(&number) else {
            return;
        };
        let Some((head, bytes)) = self.net.response_head(id) else {
            return;
        };
        let location = head.header(bytes, "location").map(<[u8]>::to_vec);
        match flight.redirect(head.status(), location.as_deref()) {
            Ok(None) => {
                flight.state = State::Streaming;
                self.tell(number);
            }
            outcome => {
                // Its body is of no interest.
                self.owners.remove(&id);
                self.net.cancel(events, id);
                self.redirected(events, number, outcome);
            }
        }
    }

    fn completed(&mut self, events: &mut EventLoop, number: u64, id: ExchangeId) {
        self.owners.remove(&id);
        let Some(response) = self.net.finish(id) else {
            return;
        };
        let Some(flight) = self.flights.get_mut(&number) else {
            return;
        };
        flight.exchange = None;
        let outcome = match flight.state {
            State::Streaming => Ok(None),
            _ => flight.redirect(response.status(), response.header("location")),
        };
        if matches!(outcome, Ok(None)) {
            flight.state = State::Done(Box::new(response));
            return self.tell(number);
        }
        self.redirected(events, number, outcome);
    }

    /// Goes where a redirect leads.
    fn redirected(
        &mut self,
        events: &mut EventLoop,
        number: u64,
        outcome: Result<Option<Redirect>, Failure>,
    ) {
        let Some(flight) = self.flights.get_mut(&number) else {
            return;
        };
        flight.exchange = None;
        let followed = match outcome {
            Ok(Some(redirect)) => flight.follow(redirect),
            Ok(None) => Ok(()),
            Err(failure) => Err(failure),
        };
        let launched =
            followed.and_then(|()| self.launch(events, number).map_err(Failure::Request));
        if let Err(failure) = launched {
            self.fail(number, failure);
        }
    }

    /// The flight with this number.
    pub(crate) fn flight(&mut self, number: u64) -> Option<&mut Flight> {
        self.flights.get_mut(&number)
    }

    /// The head of a response that is there, the bytes it refers to, and its URL.
    pub(crate) fn head_of(&self, number: u64) -> Option<(&ResponseHead, &[u8], &HttpUrl)> {
        let flight = self.flights.get(&number)?;
        let (head, bytes) = match (&flight.state, flight.exchange) {
            (State::Done(response), _) => (response.head(), response.head_bytes()),
            (State::Streaming, Some(exchange)) => self.net.response_head(exchange)?,
            _ => return None,
        };
        Some((head, bytes, &flight.order.url))
    }

    /// What came of a flight that is over, which is gone then.
    pub(crate) fn take(&mut self, number: u64) -> Option<Landed> {
        let is_over = self.flights.get(&number)?.is_over();
        if !is_over {
            return None;
        }
        let flight = self.flights.remove(&number)?;
        if let Some(listener) = self.listeners.get_mut(&flight.listener) {
            listener.flights.retain(|other| *other != number);
        }
        let result = match flight.state {
            State::Done(response) => Ok(*response),
            State::Failed(failure) => Err(failure),
            State::Waiting | State::Streaming => return None,
        };
        Some(Landed {
            order: flight.order,
            settings: flight.settings,
            result,
        })
    }
}

/// A flight that is over.
#[derive(Debug)]
pub(crate) struct Landed {
    /// The last request, after redirects.
    pub(crate) order: Order,
    pub(crate) settings: Rc<Settings>,
    pub(crate) result: Result<ClientResponse, Failure>,
}

impl Flight {
    /// Whether nothing happens to it any more.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, State::Done(_) | State::Failed(_))
    }

    /// Whether there will be no response.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed(_))
    }

    /// Whether the head of a streamed response is there.
    pub(crate) fn is_streaming(&self) -> bool {
        matches!(self.state, State::Streaming)
    }

    /// Where a response with this status and Location leads, if anywhere.
    fn redirect(&self, status: u16, location: Option<&[u8]>) -> Result<Option<Redirect>, Failure> {
        if self.settings.redirects == 0 {
            return Ok(None);
        }
        let order = &self.order;
        let redirect = Redirect::of(&order.url, &order.method, status, location)
            .map_err(Failure::BadLocation)?;
        if order.keeps_method
            && redirect
                .as_ref()
                .is_some_and(|redirect| redirect.becomes_get)
        {
            return Ok(None);
        }
        if redirect.is_some() && self.redirects >= self.settings.redirects {
            return Err(Failure::TooManyRedirects);
        }
        Ok(redirect)
    }

    /// Makes the request that a redirect wants instead.
    fn follow(&mut self, redirect: Redirect) -> Result<(), Failure> {
        let order = &mut self.order;
        order
            .headers
            .retain(|(name, _)| redirect.keeps_header(name));
        if redirect.becomes_get {
            order.method = b"GET".to_vec();
            order.body = Body::Whole(Rc::from([]));
        } else if matches!(order.body, Body::Pieces) {
            return Err(Failure::BodyIsGone);
        }
        self.redirects += 1;
        order.url = redirect.url;
        // Whoever redirects does not say who we are.
        order.url.take_credentials();
        Ok(())
    }
}
