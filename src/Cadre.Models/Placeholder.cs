namespace Cadre.Models; internal static class Placeholder;
