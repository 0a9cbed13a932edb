using Cadre.McpConformance;

// The fixtures on a port of 127.0.0.1, for a conformance suite that is run by hand: Cadre.McpConformance [PORT]. Ends with its standard input.
await using var host = await ConformanceHost.StartAsync(args is [var port, ..] ? int.Parse(port, System.Globalization.CultureInfo.InvariantCulture) : 0);
Console.WriteLine(host.Url);
await Console.OpenStandardInput().CopyToAsync(Stream.Null);
