/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trust anchors of the DNS root, as DS records (RFC 4034 s5) of its key signing keys.
 *
 * Source: root-anchors.xml of IANA (RFC 9718); compared on 2026-11-25 with root.ds of Debian's
 * dns-root-data 2024071801, which holds the same two.
 */
#ifndef DP_CONFIG_ROOT_ANCHORS_H
#define DP_CONFIG_ROOT_ANCHORS_H

/* KSK-2017, valid from 2017-02-02. */
#define DP_ROOT_ANCHOR_2017 \
	". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"

/* KSK-2024, valid from 2024-07-18. */
#define DP_ROOT_ANCHOR_2024 \
	". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"

#endif
