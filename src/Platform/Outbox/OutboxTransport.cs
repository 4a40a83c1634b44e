namespace Pujiang.Platform;

/// <summary>Another way than a CloudEvent over HTTP to what goes to one destination.</summary>
interface IOutboxTransport
{
    /// <summary>The destination's name.</summary>
    string Destination { get; }

    /// <summary>Fills in how the attempt ended. Never throws for what the receiver or the network did.</summary>
    Task Deliver(OutboxMessage message, Destination destination, DeliveryAttempt attempt, CancellationToken cancel);
}

/// <summary>Wants to know what could not be delivered. One that a service added is asked in the scope and the transaction of the last attempt.</summary>
interface IUndelivered
{
    Task OnGivenUp(OutboxMessage message, DeliveryAttempt attempt, CancellationToken cancel);
}
