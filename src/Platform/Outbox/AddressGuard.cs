using System.Net;
using System.Net.Sockets;

namespace Pujiang.Platform;

/// <summary>
/// Keeps requests that strangers cause (webhooks) away from the bank's own machines: the address that a name resolves to is
/// looked at when the connection is made, so a name that changes its address meanwhile gets nowhere (CWE-918).
/// </summary>
public static class AddressGuard
{
    /// <summary>What is not the public internet: IANA's registries of special-purpose addresses (RFC 6890), multicast, and what wraps an IPv4 address.</summary>
    static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Of IPv6 only this block is given out as public addresses (RFC 4291, IANA).</summary>
    static readonly IPNetwork PublicV6 = IPNetwork.Parse("2000::/3");

    /// <summary>Whether anybody on the internet could have this address, and none of the bank's machines.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return (address.AddressFamily == AddressFamily.InterNetwork || PublicV6.Contains(address))
            && !NotPublic.Any(network => network.Contains(address));
    }

    /// <summary>Connects to the first public address of the host that answers.</summary>
    /// <param name="loopback">This machine itself is let through too: for a demo, in which the city is on it.</param>
    /// <exception cref="HttpRequestException">The host has no public address.</exception>
    public static async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, bool loopback, CancellationToken cancel)
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancel);
        var addresses = found.Where(address => IsPublic(address) || (loopback && IPAddress.IsLoopback(address))).ToArray();
        if (addresses.Length == 0) throw new AddressNotPublicException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A host of a webhook that is not on the public internet.</summary>
sealed class AddressNotPublicException() : HttpRequestException("The host has no public address.");
