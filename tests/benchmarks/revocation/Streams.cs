using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IdentityProvider.Benchmarks.Revocation;

/// <summary>Thousands of listeners of one node: plain sockets, so that the listening side costs little of what is measured.</summary>
internal static class Streams
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal sealed record Input(string Issuer, int ServerPid, int Count, Revocable[] Revocations);

    /// <summary>The server's resident memory in MB before, with all streams open, and at the end; milliseconds from a revocation's answer to half and to all of them.</summary>
    internal sealed record Found(int Opened, double Before, double Open, double After, double Half, double All, double Slowest);

    public static async Task<Found> MeasureAsync(Input input)
    {
        var issuer = new Uri(input.Issuer);
        using var http = new HttpClient();
        await http.GetStringAsync(new Uri(input.Issuer + "/status"));
        var before = ResidentMegabytes(input.ServerPid);

        // 1. All of them, some at a time, each until its first heartbeat.
        var room = new Room(input.Count);
        var request = Encoding.ASCII.GetBytes($"GET /status/events HTTP/1.1\r\nHost: {issuer.Authority}\r\nAccept: text/event-stream\r\n\r\n");
        await Parallel.ForEachAsync(Enumerable.Range(0, input.Count), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (number, cancellation) =>
        {
            var opened = new TaskCompletionSource();
            _ = ListenAsync(issuer.Port, request, opened, room);
            await opened.Task.WaitAsync(Patience, cancellation);
        });
        var open = ResidentMegabytes(input.ServerPid);

        // 2. Some revocations, each until every listener has it.
        var half = new List<double>();
        var all = new List<double>();
        foreach (var revocation in input.Revocations)
        {
            room.Empty();
            await http.RevokeAsync(input.Issuer, revocation);
            var answered = Stopwatch.GetTimestamp();
            await room.Full.WaitAsync(Patience);
            var times = room.Times.Select(at => Math.Max(0, Stopwatch.GetElapsedTime(answered, at).TotalMilliseconds)).ToList();
            half.Add(times.Median());
            all.Add(times.Max());
        }

        return new Found(input.Count, before, open, ResidentMegabytes(input.ServerPid), half.Median(), all.Median(), all.Max());
    }

    private static async Task ListenAsync(int port, byte[] request, TaskCompletionSource opened, Room room)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port);
            await socket.SendAsync(request);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer.AsMemory()) is > 0 and var count)
            {
                if (Has(buffer, count, "event: heartbeat\n"u8))
                    opened.TrySetResult();
                if (Has(buffer, count, "event: status\n"u8))
                    room.Enter(Stopwatch.GetTimestamp());
            }

            throw new IOException("The server closed a stream.");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            opened.TrySetException(e);
        }
    }

    // The server writes an event in one piece, and loopback keeps it together.
    private static bool Has(byte[] buffer, int count, ReadOnlySpan<byte> text) => buffer.AsSpan(0, count).IndexOf(text) >= 0;

    private static double ResidentMegabytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Who has heard of the revocation, and when.</summary>
    private sealed class Room(int size)
    {
        private readonly long[] _times = new long[size];
        private int _inside;
        private TaskCompletionSource _full = new();

        public Task Full => _full.Task;

        public IReadOnlyList<long> Times => _times;

        public void Empty()
        {
            _full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _inside, 0);
        }

        public void Enter(long at)
        {
            var place = Interlocked.Increment(ref _inside) - 1;
            if (place < _times.Length)
                _times[place] = at;
            if (place == _times.Length - 1)
                _full.TrySetResult();
        }
    }
}
